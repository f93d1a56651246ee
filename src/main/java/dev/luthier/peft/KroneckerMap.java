package dev.luthier.peft;

import dev.luthier.model.Projection;
import dev.luthier.tensor.Parameter;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A map of a Compacter (Mahabadi et al. 2021, https://arxiv.org/abs/2106.04647, section 3): y = x H
 * + b with H = sum_i A_i (x) B_i, a sum of n Kronecker products (Zhang et al. 2021, the PHM layer),
 * where B_i = s_i t_i is of low rank (the LPHM layer). Letters: n summands, I and O the map's
 * widths, r rank.
 *
 * @param rule A (n, n, n), which all maps of an adapter may share
 * @param factors s (n, I/n, r) and t (n, r, O/n), or B (n, I/n, O/n) alone
 * @param bias b (O)
 */
record KroneckerMap(Parameter rule, List<Parameter> factors, Parameter bias) implements Projection {
  @Override
  public Tensor apply(Tensor x) { // (N, I) -> (N, O)
    return torch.linear(x, matrix().t().to(x.scalar_type()), new TensorOptional(bias.as(x)));
  }

  /** H (I, O). */
  Tensor matrix() {
    Tensor a = rule.value();
    Tensor b = products();
    long n = a.size(0);
    long rows = b.size(1);
    long columns = b.size(2);
    Tensor sums = // every element of sum_i A_i B_i', (n n, I/n O/n)
        a.reshape(n, n * n).t().mm(b.reshape(n, rows * columns));
    return sums.reshape(n, n, rows, columns) // (A (x) B)[a I/n + c, b O/n + d] = A[a,b] B[c,d]
        .permute(0, 2, 1, 3)
        .reshape(n * rows, n * columns);
  }

  /** B (n, I/n, O/n). */
  private Tensor products() {
    Tensor first = factors.get(0).value();
    return factors.size() == 1 ? first : first.bmm(factors.get(1).value()); // B_i = s_i t_i
  }
}
