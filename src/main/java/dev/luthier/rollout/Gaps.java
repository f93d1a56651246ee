package dev.luthier.rollout;

/** Which rows of a batch go on when others leave. */
final class Gaps {
  private Gaps() {}

  /**
   * The rows that stay; the last of them fill the gaps, so that few are copied.
   *
   * @param leaves for each row whether it leaves
   */
  static int[] filled(boolean[] leaves) {
    int stay = 0;
    for (boolean gone : leaves) {
      stay += gone ? 0 : 1;
    }
    int[] out = new int[stay];
    int last = leaves.length - 1;
    for (int i = 0; i < stay; i++) {
      out[i] = i;
      if (leaves[i]) {
        while (leaves[last]) {
          last--;
        }
        out[i] = last--;
      }
    }
    return out;
  }
}
