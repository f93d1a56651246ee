package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.AdapterSet;
import dev.luthier.rollout.Generator;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A loaded model that answers many at once, with adapters that come and go meanwhile. Words become
 * tokens and back in any thread; what touches the model is for one.
 */
public final class LiveModel implements AutoCloseable {
  private final ModelFolder folder;
  private final Model model;
  private final Optional<Adapted<Model>> own;
  private final AdapterSet<Model> adapters;
  private final Generative writing;
  private final Prompting prompting;

  private LiveModel(ModelFolder folder, Model model, Optional<Adapted<Model>> own) {
    this.folder = folder;
    this.model = model;
    this.own = own;
    this.adapters = new AdapterSet<>(model);
    this.writing = own.isPresent() ? Generative.of(model) : adapters.writing();
    this.prompting = Prompting.of(folder, model);
  }

  /**
   * A model to which adapters may come.
   *
   * @throws UserError if a file is missing or broken, or the model writes nothing
   */
  public static LiveModel open(ModelSpec spec) {
    return open(spec, Optional.empty());
  }

  /** A model of its own for an adapter that rows of one batch cannot have beside others. */
  public static LiveModel open(ModelSpec spec, Path adapter) {
    return open(spec, Optional.of(adapter));
  }

  private static LiveModel open(ModelSpec spec, Optional<Path> adapter) {
    ModelFolder folder = ModelFolder.open(spec.path());
    folder.template().ifPresent(LateTemplate::begin);
    Model model = Models.load(folder.path(), spec.compute());
    try {
      Generative.of(model); // or it writes nothing
      Optional<Adapted<Model>> own = adapter.map(dir -> AdapterFiles.load(model, dir).adapted());
      Writer.Voice voice = new Writer.Voice(folder.path(), adapter, Optional.empty(), "auto");
      KnownTasks.tell(model, voice, own.map(Adapted::peft));
      own.filter(Adapted::mergesExactly).ifPresent(Adapted::merge);
      return new LiveModel(folder, model, own);
    } catch (UserError e) {
      model.close();
      folder.close();
      throw e;
    }
  }

  /** Whether a folder holds an adapter, not a model. */
  public static boolean isAdapter(Path dir) {
    return Files.exists(dir.resolve("adapter_config.json")) || !AdapterFiles.folders(dir).isEmpty();
  }

  /**
   * Reads an adapter; requests may name it from now on.
   *
   * @return whether rows of one batch can have it beside others; else it is not there
   * @throws UserError if it is broken or for another model
   */
  public boolean add(String name, Path dir) {
    adapters.add(name, dir);
    try (Scope scope = new Scope()) {
      adapters.use(List.of(name), Sequences.of(List.of(new int[] {0}), model.compute()));
      return true;
    } catch (UserError | IllegalArgumentException e) {
      adapters.remove(name);
      return false;
    } finally {
      adapters.off();
    }
  }

  /** Frees an adapter that no row has any more. */
  public void remove(String name) {
    adapters.remove(name);
  }

  /** The model as one that writes, each row with the adapter that its request names. */
  public Generative writing() {
    return writing;
  }

  /** How others call it: the last name of its folder, or of the hub's model. */
  public static String title(ModelSpec spec) {
    Path whole = Path.of(ModelPlace.title(spec.path())).toAbsolutePath().normalize();
    return String.valueOf(whole.getFileName());
  }

  /** How many tokens a prompt and its answer have together at most. */
  public int context() {
    return writing.room(0);
  }

  /** Whether it has a chat template. */
  public boolean chats() {
    return folder.template().isPresent();
  }

  /** The tokens of a plain text. */
  public int[] plain(String text) {
    return prompting.tokens(text);
  }

  /**
   * The tokens of a chat through the model's template.
   *
   * @param messages each with role and content
   */
  public int[] chat(List<Map<String, Object>> messages) {
    return prompting.tokens(messages);
  }

  /** The text of an answer's tokens. */
  public String text(int[] ids) {
    return prompting.text(ids);
  }

  /** The text of one token, special ones as they are written. */
  public String piece(int id) {
    return folder.tokenizer().decode(new int[] {id}, false);
  }

  /** An answer ends with the model's own end tokens, or these texts. */
  public Generator.Limits limits(int maxTokens, List<String> stop) {
    return new Generator.Limits(maxTokens, folder.endTokens(), stop);
  }

  @Override
  public void close() {
    adapters.close();
    own.ifPresent(Adapted::close);
    model.close();
    folder.close();
  }
}
