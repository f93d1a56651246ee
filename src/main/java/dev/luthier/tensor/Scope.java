package dev.luthier.tensor;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Owns the native memory of everything created while it is open, and frees it on close. A training
 * step, a generation step and a load each open one; what must survive is kept visibly.
 *
 * <p>The JVM's collector does not see native memory (it is switched off for pointers, which halves
 * the cost of a small operation), so every tensor belongs to a scope or to an owner that closes it.
 */
public final class Scope implements AutoCloseable {
  static {
    Natives.load();
  }

  private final @Nullable PointerScope around = PointerScope.getInnerScope();
  private final PointerScope scope = Ledger.scope();

  /** Runs in a scope of its own; what is made belongs to the scope that is open around it. */
  public static Tensor of(Supplier<Tensor> work) {
    try (Scope scope = new Scope()) {
      return scope.hand(work.get());
    }
  }

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

  /**
   * Hands a pointer to the scope that was open when this one was opened, or to nobody.
   *
   * @return the same pointer
   */
  public <P extends Pointer> P hand(P pointer) {
    if (around == null) {
      return keep(pointer);
    }
    around.attach(pointer);
    return pointer;
  }

  /** Hands every tensor of a list to nobody, as {@link #keep} does. */
  public <P extends Pointer> List<P> keep(List<P> pointers) {
    pointers.forEach(this::keep);
    return pointers;
  }

  /** Frees now what a scope would free later. */
  public static void drop(Pointer... pointers) {
    for (Pointer pointer : pointers) {
      pointer.deallocate();
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
