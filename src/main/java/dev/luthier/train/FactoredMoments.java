package dev.luthier.train;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Adafactor's step: Shazeer and Stern 2018 (arXiv 1804.04235), algorithm 4 for matrices and 5 for
 * vectors. With G the gradient, n x m, and s the rate of step t,
 *
 * <pre>
 *   b = 1 - t^-0.8
 *   R = b R + (1 - b) mean over columns of (G^2 + e1),   C likewise over rows
 *   U = G / sqrt(R C^T / mean(R))
 *   U' = U / max(1, RMS(U) / d)
 *   X = X - s U'         with scale_parameter: s max(e2, RMS(X))
 * </pre>
 *
 * The paper keeps sums, this, as transformers, means: the same U; decay and running mean of the
 * steps are transformers'. A large matrix is taken some rows at a time.
 */
final class FactoredMoments implements Moments {
  private final Adafactor settings;
  private final List<Own> owns = new ArrayList<>();
  private final Map<String, Tensor> vectors = new LinkedHashMap<>();
  private final long most;

  /** A parameter's place in the flat buffer and in the state; its shape is (B, n, m) or (n). */
  private record Own(
      long at, long[] shape, long rows, long columns, long squares, double lr, double decay) {
    long count() {
      return Ops.count(shape);
    }

    /** The dimension that is cut. */
    int dim() {
      return shape.length == 1 ? 0 : 1;
    }
  }

  FactoredMoments(Adafactor settings, List<Optim.Group> groups, Compute compute) {
    this.settings = settings;
    this.most = Piece.most(compute);
    long at = 0;
    long rows = 0;
    long columns = 0;
    long squares = 0;
    for (Optim.Group group : groups) {
      for (Parameter p : group.parameters()) {
        long[] shape = Ops.shape(p.value());
        long[] stack = Adafactor.stack(shape);
        owns.add(new Own(at, stack, rows, columns, squares, group.lr(), group.weightDecay()));
        at += p.count();
        rows += Adafactor.rows(shape);
        columns += Adafactor.columns(shape);
        squares += Adafactor.squares(shape);
      }
    }
    keep("rows", rows, compute);
    keep("columns", columns, compute);
    keep("squares", squares, compute);
    keep("steps", settings.beta1().isPresent() ? at : 0, compute);
  }

  private void keep(String name, long size, Compute compute) {
    if (size > 0) {
      try (Scope scope = new Scope()) {
        Tensor zeros = torch.zeros(new long[] {size}, compute.options(ScalarType.Float));
        vectors.put(name, scope.keep(zeros));
      }
    }
  }

  /** U before it is clipped, for some rows of a matrix or places of a vector. */
  private interface Direction {
    Tensor of(long from, long count);
  }

  /** Works on as many. */
  private interface Work {
    void with(long from, long count);
  }

  @Override
  public void step(Tensor weights, Tensor gradients, long step, double factor) {
    for (Own own : owns) {
      try (Scope scope = new Scope()) {
        Tensor w = weights.narrow(0, own.at, own.count()).view(own.shape);
        Tensor g = gradients.narrow(0, own.at, own.count()).view(own.shape);
        move(own, w, g, step, settings.rate(own.lr * factor, step));
      }
    }
  }

  private void move(Own own, Tensor w, Tensor g, long t, double rate) {
    double b = 1 - Math.pow(t, settings.decayRate()); // section 7.2
    Direction direction = own.shape.length == 1 ? vector(own, g, b) : matrix(own, g, b);
    double root = Math.sqrt(own.count());
    Tensor lr = torch.full(new long[0], new Scalar(rate), w.options()); // ()
    if (settings.scaleParameter()) {
      Tensor size = w.norm().div_(new Scalar(root)); // RMS(X)
      lr.mul_(size.clamp_min_(new Scalar(settings.eps().get(1))));
    }
    Tensor norms = torch.zeros(new long[0], w.options()); // ()
    each(own, (from, n) -> norms.add_(direction.of(from, n).norm().square_()));
    Tensor rms = norms.sqrt_().div_(new Scalar(root));
    Tensor clip = rms.div_(new Scalar(settings.clipThreshold())).clamp_min_(new Scalar(1.0));
    each(
        own,
        (from, n) -> {
          Tensor u = direction.of(from, n).div_(clip).mul_(lr); // algorithm 4, line 9
          Tensor x = w.narrow(own.dim(), from, n);
          if (own.decay != 0) {
            x.sub_(x.mul(lr.mul(new Scalar(own.decay))));
          }
          x.sub_(averaged(own, u, from, n)); // algorithm 4, line 10
        });
  }

  /** The running mean of the steps, where one is kept. */
  private Tensor averaged(Own own, Tensor u, long from, long n) {
    if (settings.beta1().isEmpty()) {
      return u;
    }
    double b = settings.beta1().get();
    Tensor mean = part("steps", own.at, own.count()).view(own.shape).narrow(own.dim(), from, n);
    return mean.mul_(new Scalar(b)).add_(u, new Scalar(1 - b));
  }

  private Direction matrix(Own own, Tensor g, double b) {
    long stack = own.shape[0];
    long n = own.shape[1];
    long m = own.shape[2];
    Tensor rows = part("rows", own.rows, stack * n).view(stack, n);
    Tensor columns = part("columns", own.columns, stack * m).view(stack, m);
    Tensor sums = torch.zeros_like(columns);
    each(
        own,
        (from, count) -> {
          Tensor square = g.narrow(1, from, count).square().add_(new Scalar(settings.eps().get(0)));
          Tensor mean = square.mean(2L); // (B, count)
          rows.narrow(1, from, count).mul_(new Scalar(b)).add_(mean, new Scalar(1 - b)); // line 4
          sums.add_(square.sum(1L)); // (B, m)
        });
    columns
        .mul_(new Scalar(b))
        .add_(sums.div_(new Scalar((double) n)), new Scalar(1 - b)); // line 5
    Tensor byRow = rows.div(rows.mean(1L).unsqueeze(1)).rsqrt_().unsqueeze(2); // (B, n, 1)
    Tensor byColumn = columns.rsqrt().unsqueeze(1); // (B, 1, m)
    return (from, count) -> // lines 6 and 7
    byRow.narrow(1, from, count).mul(byColumn).mul_(g.narrow(1, from, count));
  }

  private Direction vector(Own own, Tensor g, double b) {
    Tensor squares = part("squares", own.squares, own.count());
    each(
        own,
        (from, n) -> {
          Tensor square = g.narrow(0, from, n).square().add_(new Scalar(settings.eps().get(0)));
          squares.narrow(0, from, n).mul_(new Scalar(b)).add_(square, new Scalar(1 - b));
        });
    return (from, n) -> squares.narrow(0, from, n).rsqrt().mul_(g.narrow(0, from, n));
  }

  private void each(Own own, Work work) {
    long size = own.shape[own.dim()];
    long at = Math.max(1, most / Math.max(1, own.count() / Math.max(1, size)));
    for (long from = 0; from < size; from += at) {
      try (Scope scope = new Scope()) {
        work.with(from, Math.min(at, size - from));
      }
    }
  }

  private Tensor part(String name, long at, long count) {
    return Objects.requireNonNull(vectors.get(name)).narrow(0, at, count);
  }

  @Override
  public Map<String, Tensor> state() {
    return vectors;
  }

  @Override
  public void close() {
    vectors.values().forEach(Scope::free);
  }
}
