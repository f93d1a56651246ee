package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How far a student's distribution of the next token is from its teacher's (Agarwal et al. 2023,
 * GKD, https://arxiv.org/abs/2306.13649, section 2). Letters: C tokens, V vocabulary, P the
 * teacher's distribution, Q the student's.
 */
@Doc("How far the student's next token is from the teacher's (arXiv 2306.13649)")
public sealed interface TokenDivergence {
  /**
   * @param teacher log P (C, V)
   * @param student log Q (C, V)
   * @return (C, 1), in nats
   */
  Tensor of(Tensor teacher, Tensor student);

  /**
   * KL(P || Q) = sum_v P_v log(P_v / Q_v): Hinton et al. 2015, https://arxiv.org/abs/1503.02531.
   */
  @Doc("KL(teacher, student): the student covers all that the teacher may say")
  record ForwardKl() implements TokenDivergence {
    @Override
    public Tensor of(Tensor teacher, Tensor student) {
      return kl(teacher, student);
    }
  }

  /** KL(Q || P): MiniLLM, Gu et al. 2023, https://arxiv.org/abs/2306.08543. */
  @Doc(
      "KL(student, teacher): the student keeps to what the teacher finds likely (arXiv 2306.08543)")
  record ReverseKl() implements TokenDivergence {
    @Override
    public Tensor of(Tensor teacher, Tensor student) {
      return kl(student, teacher);
    }
  }

  /**
   * beta KL(P || M) + (1 - beta) KL(Q || M) with M = beta P + (1 - beta) Q (GKD, eq. 1): between
   * the two others, which are its limits once it is divided by beta or 1 - beta.
   */
  @Doc("The generalised Jensen-Shannon divergence: bounded, between the two others")
  record Jsd(@Doc("The teacher's share of the mixture, > 0 and < 1") @Default("0.5") double beta)
      implements TokenDivergence {
    public Jsd {
      if (!(beta > 0 && beta < 1)) {
        Check.above("jsd.beta", 0, beta);
        Check.below("jsd.beta", 0, 1, beta);
      }
    }

    @Override
    public Tensor of(Tensor teacher, Tensor student) {
      Tensor mixed = // log M
          torch.logaddexp(
              teacher.add(new Scalar(Math.log(beta))), student.add(new Scalar(Math.log(1 - beta))));
      return kl(teacher, mixed).mul(new Scalar(beta)).add(kl(student, mixed), new Scalar(1 - beta));
    }
  }

  /** sum_v P_v (log P_v - log Q_v) of log P and log Q, (C, 1). */
  private static Tensor kl(Tensor p, Tensor q) {
    return p.exp().mul(p.sub(q)).sum(new long[] {1}, true, new ScalarTypeOptional());
  }
}
