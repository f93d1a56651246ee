package dev.luthier.loss;

import org.bytedeco.pytorch.Tensor;

/** What a log-ratio is counted for. */
public enum Per {
  /** A whole answer: sums over its tokens. */
  ANSWER {
    @Override
    Tensor of(Tensor sums, Logps answers) {
      return sums;
    }
  },
  /** A token: sums divided by the answer's tokens, so that no length is worth more by itself. */
  TOKEN {
    @Override
    Tensor of(Tensor sums, Logps answers) {
      return sums.div(answers.lengths());
    }
  };

  abstract Tensor of(Tensor sums, Logps answers);
}
