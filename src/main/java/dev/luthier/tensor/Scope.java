package dev.luthier.tensor;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the native memory of everything created while it is open, and frees it on close. A training
 * step, a generation step and a load each open one; what must survive is kept visibly.
 *
 * <p>The JVM's collector does not see native memory (it is switched off for pointers, which halves
 * the cost of a small operation), so every tensor belongs to a scope or to an owner that closes it.
 */
public final class Scope implements AutoCloseable {
  private final PointerScope scope = Ledger.scope();

  /**
   * Lets a pointer outlive this scope: it then belongs to nobody until {@link #free} or, if it is
   * handed to an enclosing scope, until that one closes.
   *
   * @return the same pointer
   */
  public <P extends Pointer> P keep(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  /** Hands every tensor of a list to nobody, as {@link #keep} does. */
  public <P extends Pointer> List<P> keep(List<P> pointers) {
    pointers.forEach(this::keep);
    return pointers;
  }

  /** Gives back one reference of a pointer that was kept; the memory goes with the last one. */
  public static void free(Pointer pointer) {
    pointer.releaseReference();
  }

  @Override
  public void close() {
    scope.close();
  }
}
