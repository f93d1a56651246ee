package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** A rollout in a file. */
record RolloutFile(Path path) {
  private static final String INDEX = "index";
  private static final String IDS = "ids";
  private static final String LENGTHS = "lengths";
  private static final String ENDS = "finish";
  private static final String DRAWN = "draw_log_probs";
  private static final String OWN = "log_probs";
  private static final String OLD = "old_log_probs";
  private static final String REFERENCE = "reference_log_probs";
  private static final String VALUES = "values";
  private static final String SCORES = "scores";
  private static final String PART = "scores/"; // NaN where a score does not have it
  private static final String PROMPTS = "prompts";
  private static final String PROMPT_LENGTHS = "prompt_lengths";

  void write(Rollout rollout) {
    List<Completion> answers = rollout.answers();
    try (Scope scope = new Scope()) {
      Map<String, Tensor> out = new LinkedHashMap<>();
      out.put(INDEX, Ops.longs(new long[] {rollout.index()}, Compute.CPU));
      out.put(PROMPTS, joined(rollout.prompts().stream().map(PromptRow::ids)));
      out.put(
          PROMPT_LENGTHS,
          Ops.longs(
              rollout.prompts().stream().mapToLong(p -> p.ids().length).toArray(), Compute.CPU));
      out.put(IDS, joined(answers.stream().map(Completion::ids)));
      out.put(
          LENGTHS,
          Ops.longs(answers.stream().mapToLong(a -> a.ids().length).toArray(), Compute.CPU));
      out.put(
          ENDS,
          Ops.longs(answers.stream().mapToLong(a -> a.finish().ordinal()).toArray(), Compute.CPU));
      out.put(OWN, floats(rollout, Completion::logProbs));
      out.put(DRAWN, floats(rollout, Completion::drawLogProbs));
      out.put(OLD, Ops.floats(rollout.old(), Compute.CPU));
      out.put(SCORES, numbers(rollout.scores(), Score::total));
      for (String part : Score.means(rollout.scores()).keySet()) {
        out.put(
            PART + part, numbers(rollout.scores(), s -> s.parts().getOrDefault(part, Double.NaN)));
      }
      if (rollout.reference().length > 0) {
        out.put(REFERENCE, Ops.floats(rollout.reference(), Compute.CPU));
      }
      if (rollout.values().length > 0) {
        out.put(VALUES, Ops.floats(rollout.values(), Compute.CPU));
      }
      SafetensorsWriter.write(path, out, Map.of());
    }
  }

  private static Tensor joined(Stream<int[]> ids) {
    return Ops.longs(ids.flatMapToInt(Arrays::stream).asLongStream().toArray(), Compute.CPU);
  }

  private interface OfAnswer {
    float[] of(Completion answer);
  }

  private static Tensor floats(Rollout rollout, OfAnswer each) {
    int[] starts = rollout.starts();
    float[] out = new float[starts[starts.length - 1]];
    for (int i = 0; i < starts.length - 1; i++) {
      float[] own = each.of(rollout.answers().get(i));
      System.arraycopy(own, 0, out, starts[i], own.length);
    }
    return Ops.floats(out, Compute.CPU);
  }

  private static Tensor numbers(List<Score> scores, ToDoubleFunction<Score> each) {
    float[] out = new float[scores.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) each.applyAsDouble(scores.get(i));
    }
    return Ops.floats(out, Compute.CPU);
  }

  Rollout read(RolloutSpec spec) {
    try (Scope scope = new Scope();
        Safetensors saved = Safetensors.open(path)) {
      return read(saved, Ops.toLongs(saved.tensor(INDEX))[0], spec);
    }
  }

  private static Rollout read(Safetensors saved, long index, RolloutSpec spec) {
    List<int[]> ids = parted(saved, IDS, LENGTHS);
    long[] ends = Ops.toLongs(saved.tensor(ENDS));
    float[] own = Ops.toFloats(saved.tensor(OWN));
    float[] drawn = Ops.toFloats(saved.tensor(DRAWN));
    List<Completion> answers = new ArrayList<>();
    for (int i = 0, at = 0; i < ids.size(); at += ids.get(i++).length) {
      int to = at + ids.get(i).length;
      answers.add(
          new Completion(
              ids.get(i),
              "", // nobody reads it again
              Arrays.copyOfRange(own, at, to),
              Arrays.copyOfRange(drawn, at, to),
              Completion.Finish.values()[(int) ends[i]]));
    }
    List<PromptRow> prompts =
        parted(saved, PROMPTS, PROMPT_LENGTHS).stream()
            .map(prompt -> new PromptRow(prompt, spec.samples(), spec.maxNewTokens()))
            .toList();
    return new Rollout(
        index,
        prompts,
        answers,
        scores(saved),
        any(saved, OLD),
        any(saved, REFERENCE),
        any(saved, VALUES),
        0,
        0,
        0);
  }

  /** What is there; nothing where it is not. */
  private static float[] any(Safetensors saved, String name) {
    return saved.infos().containsKey(name) ? Ops.toFloats(saved.tensor(name)) : new float[0];
  }

  private static List<Score> scores(Safetensors saved) {
    float[] totals = Ops.toFloats(saved.tensor(SCORES));
    List<Map<String, Double>> parts =
        Stream.generate(() -> (Map<String, Double>) new LinkedHashMap<String, Double>())
            .limit(totals.length)
            .toList();
    for (String name : saved.infos().keySet()) {
      if (name.startsWith(PART)) {
        float[] values = Ops.toFloats(saved.tensor(name));
        for (int i = 0; i < values.length; i++) {
          if (!Float.isNaN(values[i])) {
            parts.get(i).put(name.substring(PART.length()), (double) values[i]);
          }
        }
      }
    }
    return IntStream.range(0, totals.length)
        .mapToObj(i -> new Score(totals[i], parts.get(i)))
        .toList();
  }

  /** Tokens end to end, parted into their sequences. */
  private static List<int[]> parted(Safetensors saved, String ids, String lengths) {
    long[] all = Ops.toLongs(saved.tensor(ids));
    List<int[]> out = new ArrayList<>();
    int at = 0;
    for (long length : Ops.toLongs(saved.tensor(lengths))) {
      int to = at + (int) length;
      out.add(Arrays.stream(all, at, to).mapToInt(id -> (int) id).toArray());
      at = to;
    }
    return out;
  }
}
