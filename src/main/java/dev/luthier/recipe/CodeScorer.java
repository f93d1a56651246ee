package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.reward.CodeReward;
import dev.luthier.reward.Language;
import dev.luthier.reward.Reward;
import dev.luthier.sandbox.Isolation;
import dev.luthier.sandbox.Limits;
import dev.luthier.sandbox.Sandbox;

/** Tests that code passes. */
@Name("code")
@Doc(
    "1 where the answer's code (its last fenced block, or all of it) passes the row's tests, else 0")
record CodeScorer(
    @Doc("What the code is written in") @Default("python") Language language,
    @Doc(
            value =
                "The column with the tests: a script that stands behind the code; a list of scripts;"
                    + " a list of {input, output}; or {inputs: [], outputs: []}",
            elsewhere = {"test_list", "test_cases"})
        @Default("tests")
        String tests,
    @Doc("Whether the score is the share of tests that pass") @Default("false") boolean partial,
    @Doc("What each program may use") @Default("{}") Limits limits,
    @Doc("What keeps a program from the rest of the machine") @Default("namespaces")
        Isolation isolation,
    @Doc("Programs at the same time") @Default("4") int workers)
    implements Scorer {
  CodeScorer {
    Check.atLeast("code.workers", 1, workers);
  }

  @Override
  public Reward open(String device) {
    return new CodeReward(new Sandbox(isolation, limits), language, tests, partial, workers);
  }
}
