package dev.luthier.recipe;

import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.CausalLm;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The value models of a lesson: one beside each policy that it loaded, that of a plan among them.
 */
final class ValueModels implements AutoCloseable {
  /** Below a result: the value model, from which a run can go on. */
  private static final String FOLDER = "value";

  private final ModelFolder folder;
  private final Optional<ValueSpec> spec;
  private final long seed;
  private final Map<CausalLm, ValueModel> known = new IdentityHashMap<>();

  /**
   * @param spec where the method has a value model
   */
  ValueModels(ModelFolder folder, Optional<ValueSpec> spec, long seed) {
    this.folder = folder;
    this.spec = spec;
    this.seed = seed;
  }

  /** That of a policy, read or made where nobody asked before. */
  Optional<ValueModel> of(CausalLm policy) {
    return spec.map(s -> known.computeIfAbsent(policy, p -> s.open(folder, p, seed)));
  }

  /** What of it trains. */
  OwnWeights weights(CausalLm policy) {
    return of(policy)
        .map(value -> new OwnWeights(value.weights(), spec.flatMap(ValueSpec::lr)))
        .orElse(OwnWeights.NONE);
  }

  /** Writes that of a policy below a result. */
  void save(CausalLm policy, Path result) {
    of(policy).ifPresent(value -> AtomicDirectory.write(result.resolve(FOLDER), value::save));
  }

  @Override
  public void close() {
    known.values().forEach(ValueModel::close);
  }
}
