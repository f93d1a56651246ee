package dev.luthier.judge;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a judge is asked. */
@Doc("How the judge is asked")
public sealed interface Way {
  /** A judge who asks the oracle so, and closes it. */
  Judge on(Oracle oracle);

  /** Two answers side by side. */
  @Doc("Both answers are shown, in both orders, and the letter of the better one is asked for")
  record Pairwise(
      @Doc(
              "A file with the question, with {prompt}, {answer_a} and {answer_b}, that ends by"
                  + " asking for A or B; unset: a usual one")
          Optional<Path> template)
      implements Way {
    @Override
    public Judge on(Oracle oracle) {
      return new PairwiseJudge(oracle, Template.read("pairwise", template, PairwiseJudge.HOLES));
    }
  }

  /** Grades. */
  @Doc("Each answer is graded by itself, and the better is the one with the higher grade")
  record Rubric(
      @Doc("The best grade; the worst is 1") @Default("5") int most,
      @Doc(
              "A file with the question, with {prompt}, {answer} and {most}, that ends by asking for"
                  + " the grade; unset: a usual one")
          Optional<Path> template)
      implements Way {
    private static final int DIGIT = 9;

    public Rubric {
      Check.atLeast("rubric.most", 2, most);
      Check.atMost("rubric.most", DIGIT, most); // a grade is one token
    }

    @Override
    public RubricJudge on(Oracle oracle) {
      return new RubricJudge(oracle, Template.read("rubric", template, RubricJudge.HOLES), most);
    }
  }

  /** Principles. */
  @Doc("Which answer follows a principle better (Bai et al. 2022, arXiv 2212.08073)")
  record Constitution(
      @Doc("The principles, each a sentence")
          @Default(
              "[Choose the answer that is most helpful and honest and does no harm., Choose the"
                  + " answer that is right and says no more than it knows., Choose the answer that a"
                  + " thoughtful person would be glad to have given.]")
          List<String> principles,
      @Doc("true: all are asked for and the mean counts; false: one is drawn for each prompt")
          @Default("false")
          boolean all,
      @Doc("Of the principles that are drawn") @Default("42") long seed,
      @Doc(
              "A file with the question, with {prompt}, {answer_a}, {answer_b} and {principle};"
                  + " unset: a usual one")
          Optional<Path> template,
      @Doc("The same for a critique, with {prompt}, {answer} and {principle}")
          Optional<Path> critique,
      @Doc("The same for a revised answer, with {prompt}, {answer}, {critique} and {principle}")
          Optional<Path> revision)
      implements Way {
    public Constitution {
      new Principles(principles, seed);
    }

    @Override
    public Judge on(Oracle oracle) {
      return new ConstitutionJudge(
          oracle,
          Template.read("constitution", template, ConstitutionJudge.HOLES),
          new Principles(principles, seed),
          all);
    }

    /** One who revises answers by the same principles. */
    public Reviser reviser(Oracle oracle, int maxTokens) {
      return new Reviser(
          oracle,
          new Principles(principles, seed),
          Template.read("critique", critique, Reviser.CRITIQUE),
          Template.read("revision", revision, Reviser.REVISION),
          maxTokens);
    }
  }
}
