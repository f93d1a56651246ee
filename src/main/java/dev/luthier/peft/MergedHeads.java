package dev.luthier.peft;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Heads that become one, as they were seen on texts. Letters: M heads, D width of a head.
 *
 * @param sums over tokens of x x^T of all heads, (M D, M D) float64
 * @param width D
 */
record MergedHeads(Tensor sums, List<HeadGroups.Source> sources, long width) {
  /** M. */
  int count() {
    return sources.size();
  }

  /** s_a. */
  double share(int head) {
    return sources.get(head).share();
  }

  /** S_ab (D, D). */
  Tensor product(int a, int b) {
    return sums.narrow(0, a * width, width).narrow(1, b * width, width);
  }

  /** The squares of the new head y = sum_a E_a x_a: sum_{a,b} tr(E_a S_ab E_b^T). */
  double squares(List<HeadTurns.Turn> turns) {
    double out = 0;
    for (int a = 0; a < count(); a++) {
      for (int b = 0; b < count(); b++) {
        Tensor there = turns.get(a).there().mm(product(a, b));
        out += there.mul(turns.get(b).there()).sum().item_double();
      }
    }
    return out;
  }

  /** sum_a s_a tr(S_aa). */
  double all() {
    double out = 0;
    for (int a = 0; a < count(); a++) {
      out += share(a) * product(a, a).trace().item_double();
    }
    return out;
  }
}
