package dev.luthier.serve;

import dev.luthier.online.VersionName;
import dev.luthier.online.Versions;
import dev.luthier.recipe.LiveModel;
import dev.luthier.recipe.ModelSpec;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.OpenBatch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads versions beside those that answer. Adapters come to the served model, between two of its
 * steps, and share its batch; what is a model of its own is read beside the engine's thread and has
 * a batch of its own.
 */
final class Loader implements AutoCloseable {
  private final Engine engine;
  private final ModelSpec spec;
  private final Versions versions;
  private final Map<String, Path> also;
  private final Budget budget;
  private final LiveModel model;
  private final OpenBatch batch;
  private final AtomicLong names = new AtomicLong();

  /**
   * Loads the served model.
   *
   * @throws dev.luthier.error.UserError if it cannot be loaded
   */
  Loader(Engine engine, ModelSpec spec, Versions versions, Map<String, Path> also, Budget budget) {
    this.engine = engine;
    this.spec = spec;
    this.versions = versions;
    this.also = also;
    this.budget = budget;
    this.model = engine.call(() -> LiveModel.open(spec));
    this.batch = batch(model);
  }

  private OpenBatch batch(LiveModel of) {
    return engine.call(
        () -> {
          OpenBatch out = new OpenBatch(of.writing(), of::text, budget);
          engine.join(out);
          return out;
        });
  }

  /**
   * @param version a version, or a name of the recipe's other models
   * @throws dev.luthier.error.UserError if it is broken or for another model
   */
  Loaded load(String version) {
    if (version.equals(VersionName.FIRST)) {
      return new Loaded(version, model, batch, "", () -> {});
    }
    Optional<Path> other = Optional.ofNullable(also.get(version));
    if (other.isEmpty()) {
      Path adapter = versions.whole(version).folder().resolve("adapter");
      return adapter(version, adapter);
    }
    return LiveModel.isAdapter(other.get())
        ? adapter(version, other.get())
        : whole(version, LiveModel.open(spec.at(other.get())));
  }

  private Loaded adapter(String version, Path dir) {
    String name = version + "#" + names.incrementAndGet(); // an older one may not be freed yet
    return engine.call(() -> model.add(name, dir))
        ? new Loaded(version, model, batch, name, () -> model.remove(name))
        : whole(version, LiveModel.open(spec, dir));
  }

  private Loaded whole(String version, LiveModel own) {
    OpenBatch rows = batch(own);
    return new Loaded(
        version,
        own,
        rows,
        "",
        () -> {
          engine.leave(rows);
          rows.close();
          own.close();
        });
  }

  /** Gives back what nobody uses any more. */
  void free(Loaded loaded) {
    engine.post(loaded.free());
  }

  /** The served model without an adapter. */
  LiveModel model() {
    return model;
  }

  /** Called when the engine has ended. */
  @Override
  public void close() {
    batch.close();
    model.close();
  }
}
