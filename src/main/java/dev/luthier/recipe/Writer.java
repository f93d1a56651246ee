package dev.luthier.recipe;

import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.rollout.BeamSearch;
import dev.luthier.rollout.Beams;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generation;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A loaded model that writes: continues a text, or answers a chat. */
public final class Writer implements AutoCloseable {
  /**
   * What is loaded, and where it computes.
   *
   * @param model a model folder
   * @param adapter an adapter folder for it
   * @param task the one to answer for, where the adapter tells tasks apart
   * @param device auto, cpu, cuda or cuda:N
   * @param quantize how the model's frozen weights are kept
   */
  public record Voice(
      Path model, Optional<Path> adapter, Optional<String> task, String device, Quantize quantize) {
    /** One whose weights are kept as they compute. */
    public Voice(Path model, Optional<Path> adapter, Optional<String> task, String device) {
      this(model, adapter, task, device, new Quantize.None());
    }

    Compute compute() {
      return quantize.on(Compute.of(device));
    }
  }

  /**
   * How it writes.
   *
   * @param stop texts that end an answer, beside the model's own end tokens
   * @param cacheBytes what keys and values may take
   */
  public record Manner(
      Sampling sampling, int maxNewTokens, List<String> stop, long seed, long cacheBytes) {}

  /**
   * One answer of several.
   *
   * @param score that of beam search, where it was one
   */
  public record Answer(String text, List<Piece> pieces, OptionalDouble score) {}

  /**
   * A token of an answer.
   *
   * @param logProb its log-probability under the model, given all before it
   */
  public record Piece(String text, double logProb) {}

  /** Answers to one prompt, and what they took. */
  public record Answers(List<Answer> answers, Generation.Usage usage) {}

  private final ModelFolder folder;
  private final Model model;
  private final Optional<AdapterFiles.Loaded<Model>> adapter;
  private final Prompting prompting;
  private final Manner manner;

  private Writer(
      ModelFolder folder,
      Model model,
      Optional<AdapterFiles.Loaded<Model>> adapter,
      Manner manner) {
    this.folder = folder;
    this.model = model;
    this.adapter = adapter;
    this.prompting = Prompting.of(folder, model);
    this.manner = manner;
  }

  /**
   * @throws dev.luthier.error.UserError if a file is missing or broken, or the adapter is for
   *     another model
   */
  public static Writer open(Voice voice, Manner manner) {
    return open(ModelFolder.open(voice.model()), voice, manner);
  }

  /** The same for chats: the chat template is made ready while the weights are read. */
  public static Writer openForChat(Voice voice, Manner manner) {
    ModelFolder folder = ModelFolder.open(voice.model());
    folder.template().ifPresent(LateTemplate::begin);
    return open(folder, voice, manner);
  }

  private static Writer open(ModelFolder folder, Voice voice, Manner manner) {
    Model model = Models.load(folder.path(), voice.compute());
    Optional<AdapterFiles.Loaded<Model>> adapter =
        voice.adapter().map(dir -> AdapterFiles.load(model, dir));
    KnownTasks.tell(model, voice, adapter.map(a -> a.adapted().peft()));
    adapter
        .map(AdapterFiles.Loaded::adapted)
        .filter(Adapted::mergesExactly)
        .ifPresent(Adapted::merge);
    return new Writer(folder, model, adapter, manner);
  }

  /** What was noted while the adapter was read, one line each. */
  public List<String> notes() {
    return adapter.map(AdapterFiles.Loaded::notes).orElse(List.of());
  }

  /** The tokens of a plain text; an encoder's text has its end. */
  public int[] prompt(String text) {
    return prompting.tokens(text);
  }

  /**
   * The tokens of a chat through the model's template.
   *
   * @param messages each with role and content
   */
  public int[] prompt(List<Map<String, Object>> messages) {
    return prompting.tokens(messages);
  }

  /** Answers the last message of a chat; every piece of new text goes to {@code sink}. */
  public String answer(List<Map<String, Object>> messages, Consumer<String> sink) {
    return write(prompt(messages), 1, sink).answers().get(0).text();
  }

  /**
   * Several answers to one prompt.
   *
   * @param sink hears all new text as it is made
   */
  public Answers write(int[] prompt, int samples, Consumer<String> sink) {
    Generation made =
        new Generator(
                writing(),
                prompting::text,
                manner.sampling(),
                prompting.limits(manner),
                prompting.budget(manner))
            .run(List.of(prompt), samples, manner.seed(), (sequence, piece) -> sink.accept(piece));
    return new Answers(
        made.completions().stream().map(c -> answer(c, OptionalDouble.empty())).toList(),
        made.usage());
  }

  /** The best answers that beam search finds, the best first. */
  public Answers search(int[] prompt, Beams beams) {
    BeamSearch.Found found =
        new BeamSearch(
                writing(),
                prompting::text,
                beams,
                prompting.limits(manner),
                prompting.budget(manner))
            .search(List.of(prompt));
    return new Answers(
        found.beams().get(0).stream()
            .map(b -> answer(b.completion(), OptionalDouble.of(b.score())))
            .toList(),
        found.usage());
  }

  private Generative writing() {
    return Generative.of(model);
  }

  private Answer answer(Completion made, OptionalDouble score) {
    List<Piece> pieces =
        IntStream.range(0, made.ids().length)
            .mapToObj(
                i ->
                    new Piece(
                        folder.tokenizer().decode(new int[] {made.ids()[i]}, false),
                        made.logProbs()[i]))
            .toList();
    return new Answer(made.text(), pieces, score);
  }

  @Override
  public void close() {
    adapter.map(AdapterFiles.Loaded::adapted).ifPresent(Adapted::close);
    model.close();
    folder.close();
  }
}
