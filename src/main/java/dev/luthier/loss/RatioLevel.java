package dev.luthier.loss;

import org.bytedeco.pytorch.Tensor;

/** Of what the ratio between the policy and the one that the step starts from is taken. */
public enum RatioLevel {
  /** pi(y_t) / pi_old(y_t), of each token by itself. */
  TOKEN {
    @Override
    public Tensor of(Tensor logRatios, Segments answers) {
      return logRatios;
    }

    @Override
    public Aggregation share() {
      return Aggregation.TOKENS;
    }
  },
  /** (pi(y) / pi_old(y))^(1 / |y|): the geometric mean over the answer, the same for its tokens. */
  SEQUENCE {
    @Override
    public Tensor of(Tensor logRatios, Segments answers) {
      return answers.spread(answers.means(logRatios));
    }

    @Override
    public Aggregation share() {
      return Aggregation.ANSWERS;
    }
  },
  /** pi(y) / pi_old(y), of the whole answer, the same for its tokens. */
  PRODUCT {
    @Override
    public Tensor of(Tensor logRatios, Segments answers) {
      return answers.spread(answers.sums(logRatios));
    }

    @Override
    public Aggregation share() {
      return Aggregation.ANSWERS;
    }
  };

  /**
   * (M) the logarithm of the ratio that counts for each token.
   *
   * @param logRatios (M) log(pi / pi_old) of each token
   */
  public abstract Tensor of(Tensor logRatios, Segments answers);

  /** What a share of clipped ratios is a share of. */
  public abstract Aggregation share();

  /** (M) the ratios. */
  public Tensor ratios(TokenLogps tokens) {
    return of(tokens.logRatios(), tokens.answers()).exp();
  }
}
