package dev.luthier.peft;

import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One head out of several by their principal components on texts. A mean of turned heads ({@link
 * HeadAlignment}) is one way to write M heads down in D numbers and to read them again; the best
 * way with linear maps is to take the D largest components of all M D numbers (Eckart and Young
 * 1936): y = sum_a E_a x_a and x_a = B_a y with the least sum_a s_a |x_a - B_a y|^2. Reading, B_a,
 * goes into queries and outputs. Keys that positions turn may be multiplied by one complex number
 * for each pair, which commutes with their turning: the largest component of the M numbers z_a =
 * x_i + i x_(i + turned / 2). This is our own; it contains aligned means as a special case.
 *
 * <p>Letters: M heads, D width of a head, P pairs, S sums of x x^T (M, D, M, D), times the roots of
 * the shares s.
 */
public record HeadComponents() implements HeadFit {
  /** E_a = sqrt(s_a) U_a^T, B_a = U_a / sqrt(s_a) of components U; signs behind a norm. */
  @Override
  public List<HeadTurns.Turn> of(MergedHeads heads, Kind kind, Layer layer) {
    if (kind == Kind.KEY && layer.normed()) {
      return new HeadAlignment().of(heads, kind, layer);
    }
    long width = heads.width();
    long turned = kind == Kind.KEY ? layer.turned() : 0;
    Tensor s = weighted(heads);
    List<Tensor> parts = new ArrayList<>(); // of U, (M, n, n) each
    if (turned > 0) {
      parts.add(pairs(s, turned));
    }
    if (turned < width) {
      parts.add(free(part(s, turned, width - turned, turned, width - turned)));
    }
    List<HeadTurns.Turn> out = new ArrayList<>();
    for (int a = 0; a < heads.count(); a++) {
      int head = a;
      Tensor[] own = parts.stream().map(p -> p.select(0, head)).toArray(Tensor[]::new);
      Tensor u = own.length == 1 ? own[0] : torch.block_diag(new TensorVector(own));
      Scalar root = new Scalar(Math.sqrt(heads.share(a)));
      out.add(new HeadTurns.Turn(u.t().mul(root), u.div(root)));
    }
    return out;
  }

  /** S, (M, D, M, D). */
  private static Tensor weighted(MergedHeads heads) {
    long m = heads.count();
    long d = heads.width();
    float[] shares = new float[heads.count()];
    for (int a = 0; a < m; a++) {
      shares[a] = (float) heads.share(a);
    }
    Tensor root = torch.tensor(shares).to(heads.sums().scalar_type()).sqrt(); // (M)
    return heads.sums().view(m, d, m, d).mul(root.view(m, 1, 1, 1)).mul(root.view(1, 1, m, 1));
  }

  private static Tensor part(Tensor s, long row, long rows, long column, long columns) {
    return s.narrow(1, row, rows).narrow(3, column, columns);
  }

  /** The D' largest components of (M, D', M, D'), lying as the first head lies: (M, D', D'). */
  private static Tensor free(Tensor s) {
    long m = s.size(0);
    long d = s.size(1);
    Tensor u = svd(s.reshape(m * d, m * d)).get0().narrow(1, 0, d); // (M D', D')
    T_TensorTensorTensor_T first = svd(u.narrow(0, 0, d));
    Tensor turn = first.get0().mm(first.get2()).t(); // U_1 turned so is symmetric
    return u.mm(turn).view(m, d, d);
  }

  /** For each pair the largest component of M complex numbers, as (M, turned, turned). */
  private static Tensor pairs(Tensor s, long turned) {
    long half = turned / 2;
    long m = s.size(0);
    Tensor real = across(s, 0, 0, half).add(across(s, half, half, half)); // (P, M, M)
    Tensor imaginary = across(s, half, 0, half).sub(across(s, 0, half, half));
    Tensor both = // the Hermitian matrix of z z^*, in real numbers, (P, 2 M, 2 M)
        Ops.cat(1, Ops.cat(2, real, imaginary.neg()), Ops.cat(2, imaginary, real));
    Tensor u = svd(both).get0().select(2, 0); // (P, 2 M)
    Tensor p = u.narrow(1, 0, m);
    Tensor q = u.narrow(1, m, m);
    Tensor p0 = p.narrow(1, 0, 1);
    Tensor q0 = q.narrow(1, 0, 1).neg(); // times conj(u_0) / |u_0|: the first keeps its angle
    Tensor size = p0.mul(p0).add(q0.mul(q0)).sqrt().clamp_min(new Scalar(1e-30));
    Tensor cos = p.mul(p0).sub(q.mul(q0)).div(size).t(); // (M, P)
    Tensor sin = p.mul(q0).add(q.mul(p0)).div(size).t();
    Tensor c = torch.diag_embed(cos);
    Tensor t = torch.diag_embed(sin);
    return Ops.cat(1, Ops.cat(2, c, t.neg()), Ops.cat(2, t, c));
  }

  /** The diagonals of blocks of all pairs of heads, (M, D, M, D) -> (P, M, M). */
  private static Tensor across(Tensor s, long row, long column, long half) {
    return part(s, row, half, column, half).diagonal(0, 1, 3).permute(2, 0, 1);
  }

  /** Of a symmetric matrix that is not negative: its vectors are the matrix's own. */
  private static T_TensorTensorTensor_T svd(Tensor of) {
    return torch.linalg_svd(of, false, new StringViewOptional());
  }
}
