package dev.luthier.plan;

import java.util.Set;

/**
 * What libtorch's operations keep for their backward pass and take while it runs, by the names of
 * their nodes (torch/csrc/autograd, derivatives.yaml).
 */
final class Saved {
  /** They keep their result. */
  private static final Set<String> RESULT =
      Set.of(
          "LogSoftmaxBackward0",
          "SoftmaxBackward0",
          "SafeSoftmaxBackward0",
          "RsqrtBackward0",
          "SqrtBackward0",
          "TanhBackward0",
          "SigmoidBackward0",
          "ExpBackward0",
          "ReluBackward0",
          "LinalgVectorNormBackward0");

  /** They keep what they were given. */
  private static final Set<String> GIVEN =
      Set.of(
          "MulBackward0",
          "MmBackward0",
          "BmmBackward0",
          "AddmmBackward0",
          "AddcmulBackward0",
          "PowBackward0",
          "SiluBackward0",
          "GeluBackward0",
          "CosBackward0",
          "SinBackward0",
          "LogBackward0",
          "LinalgVectorNormBackward0",
          "NativeLayerNormBackward0",
          "FusedRmsNormBackward0",
          "DivBackward0");

  /** Their result looks into what they were given. */
  private static final Set<String> VIEW =
      Set.of(
          "ViewBackward0",
          "UnsafeViewBackward0",
          "ReshapeAliasBackward0",
          "TBackward0",
          "TransposeBackward0",
          "TransposeBackward1",
          "PermuteBackward0",
          "ExpandBackward0",
          "SqueezeBackward0",
          "SqueezeBackward1",
          "UnsqueezeBackward0",
          "SelectBackward0",
          "SliceBackward0",
          "AsStridedBackward0",
          "AliasBackward0");

  /** Their backward pass hands the gradient on as it is. */
  private static final Set<String> PASSES =
      Set.of(
          "AddBackward0",
          "AddBackward1",
          "CloneBackward0",
          "ViewBackward0",
          "UnsafeViewBackward0",
          "ReshapeAliasBackward0",
          "TBackward0",
          "TransposeBackward0",
          "TransposeBackward1",
          "PermuteBackward0",
          "SqueezeBackward0",
          "SqueezeBackward1",
          "UnsqueezeBackward0",
          "AliasBackward0",
          "SumBackward0",
          "SumBackward1");

  private Saved() {}

  static boolean result(String node) {
    return RESULT.contains(node);
  }

  static boolean given(String node) {
    return GIVEN.contains(node);
  }

  static boolean view(String node) {
    return VIEW.contains(node);
  }

  static boolean passes(String node) {
    return PASSES.contains(node);
  }

  /** What it keeps beside tensors of the graph, as a share of its result's bytes. */
  static double beside(String node, double[] result, double bytes) {
    double last = result.length == 0 ? 1 : result[result.length - 1];
    if (node.startsWith("ScaledDotProduct")) {
      return bytes / last; // the logarithms of the sums, one for each row of scores
    }
    if (node.equals("NativeLayerNormBackward0")) {
      return 2 * bytes / last; // means and deviations
    }
    return node.equals("FusedRmsNormBackward0") ? bytes / last : 0;
  }

  /** What its backward pass takes for a while, as a multiple of its result's bytes. */
  static double meanwhile(String node) {
    return node.equals("PowBackward0") ? 2 : 0; // g (2 (x^1)), from the inside out
  }
}
