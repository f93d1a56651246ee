package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A decoder above an encoder: the prompt is the source, and the decoder begins with its start
 * token. It remembers its own keys and values, and those of each source, which are computed once.
 */
record Seq2SeqGenerative(Seq2Seq model) implements Generative {
  @Override
  public Compute compute() {
    return model.compute();
  }

  @Override
  public int vocabSize() {
    return model.config().vocabSize();
  }

  /** Distances have no limit, so a source takes nothing from what is written. */
  @Override
  public int room(int promptTokens) {
    int most = model.config().maxPositions();
    return promptTokens > most ? 0 : most - 1;
  }

  @Override
  public long bytes(int rows, int promptTokens, int newTokens) {
    try (KvCache one = model.cache(1, 1)) {
      return one.bytes() * rows * (ownTokens(newTokens) + sourceTokens(promptTokens));
    }
  }

  @Override
  public Decoding open(int rows, int promptTokens, int newTokens) {
    KvCache own = model.cache(rows, ownTokens(newTokens));
    KvCache sources = model.cache(rows, sourceTokens(promptTokens));
    own.keep(new int[0]);
    sources.keep(new int[0]);
    return new Rows(model, own, sources, new WrittenTasks(model.tasks()));
  }

  private int ownTokens(int newTokens) {
    return model.virtualTokens() + 1 + newTokens;
  }

  private int sourceTokens(int promptTokens) {
    return model.virtualSourceTokens() + promptTokens;
  }

  /** What it remembers are the two caches, which have the same rows, and the rows' tasks. */
  private record Rows(Seq2Seq model, KvCache own, KvCache sources, WrittenTasks tasks)
      implements Decoding {
    @Override
    public int rows() {
      return own.lengths().length;
    }

    @Override
    public Tensor begin(List<Request> requests) {
      List<int[]> prompts = requests.stream().map(Request::tokens).toList();
      own.begin(prompts.size());
      sources.begin(prompts.size());
      tasks.begin(prompts.size());
      model.read(Sequences.of(prompts, model.compute()), sources);
      int[] starts = new int[prompts.size()];
      Arrays.fill(starts, model.start());
      return next(starts);
    }

    @Override
    public Tensor next(int[] tokens) {
      int[] ones = new int[tokens.length];
      Arrays.fill(ones, 1);
      long[] ids = Arrays.stream(tokens).asLongStream().toArray();
      Sequences batch = new Sequences(Ops.longs(ids, model.compute()), ones);
      return tasks.during(() -> model.logits(model.hidden(batch, own, sources)));
    }

    @Override
    public void keep(int[] rows) {
      own.keep(rows);
      sources.keep(rows);
      tasks.keep(rows);
    }

    @Override
    public void admit(Decoding from, int[] rows) {
      if (!(from instanceof Rows other) || other.model != model) {
        throw new IllegalArgumentException("rows of another model");
      }
      own.admit(other.own, rows);
      sources.admit(other.sources, rows);
      tasks.admit(other.tasks, rows);
    }

    @Override
    public long bytes() {
      return own.bytes() + sources.bytes();
    }

    @Override
    public void close() {
      own.close();
      sources.close();
    }
  }
}
