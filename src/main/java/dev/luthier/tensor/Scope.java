package dev.luthier.tensor;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Owns the native memory of everything created while it is open, and frees it on close. A training
 * step, a generation step and a load each open one; what must survive is kept visibly.
 *
 * <p>The JVM's collector does not see native memory (it is switched off for pointers, which halves
 * the cost of a small operation), so every tensor belongs to a scope or to an owner that closes it.
 */
public final class Scope implements AutoCloseable {
  private final PointerScope scope = new PointerScope();

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

  /**
   * What a computation gives, handed to the scope that is open around it; all else that it makes is
   * freed at once.
   */
  public static Tensor result(Supplier<Tensor> of) {
    PointerScope around = PointerScope.getInnerScope();
    try (Scope scope = new Scope()) {
      Tensor out = of.get();
      if (around == null) {
        return scope.keep(out);
      }
      around.attach(out);
      return out;
    }
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
