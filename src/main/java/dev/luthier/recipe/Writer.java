package dev.luthier.recipe;

import dev.luthier.data.LossOn;
import dev.luthier.data.Message;
import dev.luthier.data.SftTokenizer;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A loaded model that writes: continues a text, or answers a chat. */
public final class Writer implements AutoCloseable {
  /**
   * What is loaded, and where it computes.
   *
   * @param model a model folder
   * @param adapter an adapter folder for it
   * @param device auto, cpu, cuda or cuda:N
   */
  public record Voice(Path model, Optional<Path> adapter, String device) {}

  /**
   * How it writes.
   *
   * @param stop texts that end an answer, beside the model's own end tokens
   */
  public record Manner(Sampling sampling, int maxNewTokens, List<String> stop, long seed) {}

  private final ModelFolder folder;
  private final CausalLm model;
  private final Optional<AdapterFiles.Loaded<CausalLm>> adapter;
  private final SftTokenizer tokenizer;
  private final Generator generator;
  private final long seed;

  private Writer(
      ModelFolder folder,
      CausalLm model,
      Optional<AdapterFiles.Loaded<CausalLm>> adapter,
      Generator generator,
      long seed) {
    this.folder = folder;
    this.model = model;
    this.adapter = adapter;
    this.tokenizer = new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.ALL);
    this.generator = generator;
    this.seed = seed;
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
    Compute compute = Compute.of(voice.device());
    CausalLm model = folder.load(compute);
    Optional<AdapterFiles.Loaded<CausalLm>> adapter =
        voice.adapter().map(dir -> AdapterFiles.load(model, dir));
    adapter.ifPresent(a -> a.adapted().merge());
    Generator.Limits limits =
        new Generator.Limits(manner.maxNewTokens(), folder.endTokens(), manner.stop());
    Generator generator =
        new Generator(
            model, ids -> folder.tokenizer().decode(ids, true), manner.sampling(), limits, 1);
    return new Writer(folder, model, adapter, generator, manner.seed());
  }

  /** What was noted while the adapter was read, one line each. */
  public List<String> notes() {
    return adapter.map(AdapterFiles.Loaded::notes).orElse(List.of());
  }

  /** Goes on with a plain text; every piece of new text goes to {@code sink} as it is made. */
  public String goOn(String text, Consumer<String> sink) {
    return write(tokenizer.prompt(text), sink);
  }

  /**
   * Answers the last message of a chat through the model's template.
   *
   * @param messages each with role and content
   */
  public String answer(List<Map<String, Object>> messages, Consumer<String> sink) {
    List<Message> chat =
        messages.stream().map(m -> new Message(String.valueOf(m.get("role")), m)).toList();
    return write(tokenizer.prompt(chat, List.of()), sink);
  }

  private String write(int[] prompt, Consumer<String> sink) {
    return generator
        .generate(List.of(prompt), 1, seed, (sequence, piece) -> sink.accept(piece))
        .get(0)
        .text();
  }

  @Override
  public void close() {
    adapter.map(AdapterFiles.Loaded::adapted).ifPresent(Adapted::close);
    model.close();
    folder.close();
  }
}
