package dev.luthier.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Notes the memory of every tensor that is made on this thread while it is open, in scopes that
 * open later. A piece of memory is counted once, however many tensors look into it, and counts as
 * held for as long as a scope, an owner or autograd holds it.
 */
public final class Ledger implements AutoCloseable {
  private static final ThreadLocal<@Nullable Ledger> OPEN = new ThreadLocal<>();

  /**
   * A piece of memory.
   *
   * @param shape of the first tensor that looked into it
   * @param bytes of all of it
   */
  public record Piece(long[] shape, long bytes) {}

  private record Noted(Piece piece, @Nullable Tensor alias) {
    boolean held() {
      return alias == null || alias.storage().use_count() > 1; // one is our own
    }
  }

  private final Map<Long, Noted> noted = new HashMap<>();
  private final List<Noted> order = new ArrayList<>();
  private final Set<Long> known = new HashSet<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private final Set<Long> nodes = new HashSet<>();
  private final @Nullable Ledger outer = OPEN.get();
  private final Consumer<Supplier<Tensor>> parts;
  private boolean busy;

  private Ledger(Consumer<Supplier<Tensor>> parts) {
    this.parts = parts;
    OPEN.set(this);
  }

  /**
   * Begins; within an open ledger, what that one knows is known, and it rests meanwhile.
   *
   * @param known what is there already and is not to be counted
   * @param parts hears of parts that are computed again in the backward pass
   */
  public static Ledger open(List<Tensor> known, Consumer<Supplier<Tensor>> parts) {
    Ledger ledger = new Ledger(parts);
    try (PointerScope scope = new PointerScope()) {
      known.forEach(t -> ledger.known.add(place(t.storage())));
    }
    if (ledger.outer != null) {
      ledger.known.addAll(ledger.outer.known);
      ledger.known.addAll(ledger.outer.noted.keySet());
    }
    return ledger;
  }

  /**
   * Says that a part will be computed with a record later, when little else is held, or for a while
   * beside what is. Nothing happens unless somebody plans.
   *
   * @param part computes it with gradients of its inputs; its result's graph is what is then there
   */
  public static void later(Supplier<Tensor> part) {
    Ledger ledger = OPEN.get();
    if (ledger != null) {
      ledger.parts.accept(part);
    }
  }

  /** The scope of libtorch's pointers to open now. */
  static PointerScope scope() {
    Ledger ledger = OPEN.get();
    return ledger == null ? new PointerScope() : new Noting(ledger);
  }

  /** Tells of what it is given. */
  private static final class Noting extends PointerScope {
    private final Ledger ledger;

    Noting(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    public PointerScope attach(Pointer p) {
      super.attach(p);
      if (p instanceof Tensor t && !ledger.busy) {
        ledger.note(t);
      }
      return this;
    }
  }

  /**
   * Tells of memory that an operation keeps and shows to nobody.
   *
   * @param like a tensor of its shape
   * @param bytes of one value
   */
  static void unseen(Tensor like, long bytes) {
    Ledger ledger = OPEN.get();
    if (ledger != null) {
      long[] shape = Ops.shape(like);
      ledger.order.add(new Noted(new Piece(shape, like.numel() * bytes), null));
    }
  }

  private void note(Tensor t) {
    busy = true; // what is made here is no part of the computation
    try (PointerScope scope = new PointerScope()) {
      if (!t.defined() || !t.has_storage()) {
        return;
      }
      tensors.add(t);
      noteNode(t);
      Storage storage = t.storage();
      long at = place(storage);
      if (!known.contains(at) && !noted.containsKey(at)) {
        Tensor alias = t.detach();
        alias.retainReference();
        Noted one = new Noted(new Piece(Ops.shape(t), storage.nbytes()), alias);
        noted.put(at, one);
        order.add(one);
      }
    } finally {
      busy = false;
    }
  }

  private void noteNode(Tensor t) {
    Node node = t.grad_fn();
    if (node != null && !node.isNull()) {
      nodes.add(node.address());
    }
  }

  private static long place(Storage storage) {
    return storage.unsafeGetStorageImpl().address();
  }

  /** What is held now, in the order in which it was made. */
  public List<Piece> held() {
    try (PointerScope scope = new PointerScope()) {
      return order.stream().filter(Noted::held).map(Noted::piece).toList();
    }
  }

  /** The operations, by their nodes' addresses, whose results this program has seen. */
  public Set<Long> seen() {
    try (PointerScope scope = new PointerScope()) {
      tensors.stream().filter(t -> !t.isNull()).forEach(this::noteNode); // also those written over
    }
    return nodes;
  }

  @Override
  public void close() {
    OPEN.set(outer);
    for (Noted n : order) {
      if (n.alias() != null) {
        Scope.free(n.alias());
      }
    }
  }
}
