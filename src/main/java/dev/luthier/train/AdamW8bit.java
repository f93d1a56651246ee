package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW whose mean and square are kept in 8 bits: Dettmers et al. 2022 (arXiv 2110.02861), with the
 * numbers of bitsandbytes' adamw8bit: blocks of 256 weights share a scale, and tensors of fewer
 * than 4096 weights keep 32 bits. The arithmetic is in {@link EightBitMoments}.
 */
@Doc(
    value = "AdamW with a state of 8 bits in blocks (arXiv 2110.02861)",
    elsewhere = {"adamw_bnb_8bit", "adam8bit"})
@Name("adamw_8bit")
public record AdamW8bit(
    @Doc("Decay of the weights per step, times the rate; never on norms and biases")
        @Default("0.01")
        double weightDecay,
    @Doc(
            value = "Decay of the running mean and of the running square of the gradient",
            elsewhere = {"adam_beta1", "adam_beta2"})
        @Default("[0.9, 0.999]")
        Betas betas,
    @Doc(
            value = "Added to the root of the running square",
            elsewhere = {"adam_epsilon", "epsilon"})
        @Default("1e-8")
        double eps,
    @Doc(
            value =
                "Whether the state lies in memory that is cheaper than the weights': of a GPU in the"
                    + " host's, of a CPU in a mapped file; the numbers are the same",
            elsewhere = {"paged_adamw_8bit"})
        @Default("false")
        boolean paged,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<GroupSpec> groups)
    implements Optimizer {
  /** Weights that share a scale. */
  static final int BLOCK = 256;

  private static final long SMALL = 4096;

  public AdamW8bit {
    Check.atLeast("adamw_8bit.weight_decay", 0.0, weightDecay);
    Check.above("adamw_8bit.eps", 0, eps);
  }

  /** The same rule with its moments in 8 bits. */
  public static AdamW8bit like(AdamW of) {
    return new AdamW8bit(of.weightDecay(), of.betas(), of.eps(), of.paged(), of.groups());
  }

  @Override
  public double rateBesideAdam() {
    return 1;
  }

  @Override
  public long stateBytes(List<long[]> shapes) {
    return shapes.stream().mapToLong(Ops::count).map(AdamW8bit::stateBytes).sum();
  }

  private static long stateBytes(long count) {
    return 2 * (count < SMALL ? Float.BYTES * count : count + Float.BYTES * blocks(count));
  }

  private static long blocks(long count) {
    return (count + BLOCK - 1) / BLOCK;
  }

  @Override
  public Moments begin(List<Optim.Group> groups, Compute compute, Path folder) {
    List<Piece> large = new ArrayList<>();
    List<Piece> small = new ArrayList<>();
    sort(groups, Piece.most(compute), large, small);
    Shelf.Maker maker = paged ? Shelf.paged(compute, folder) : Shelf.resident(compute);
    return new EightBitMoments(this, large, small, compute, maker);
  }

  /**
   * Blocks begin anew with each tensor, so a piece may reach over several only while their sizes
   * are whole blocks.
   */
  private static void sort(
      List<Optim.Group> groups, long most, List<Piece> large, List<Piece> small) {
    long at = 0;
    for (Optim.Group group : groups) {
      long from = at;
      List<Long> counts = group.parameters().stream().map(p -> p.count()).toList();
      for (int i = 0; i < counts.size(); i++) {
        at += counts.get(i);
        boolean isSmall = counts.get(i) < SMALL;
        boolean goesOn =
            i + 1 < counts.size()
                && counts.get(i + 1) < SMALL == isSmall
                && (isSmall || counts.get(i) % BLOCK == 0);
        if (!goesOn) {
          Piece run = new Piece(from, at - from, group.lr(), group.weightDecay());
          (isSmall ? small : large).addAll(run.split(most));
          from = at;
        }
      }
    }
  }
}
