package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of a prompt's answers become rows to learn from. An answer that was cut never does. */
@Doc("Which of a prompt's answers become rows to learn from; one that was cut never does")
public sealed interface Keep {
  /** Those that are kept, out of answers that were not cut and all have a score. */
  List<Candidate> of(List<Candidate> answers);

  /** What an answer must reach at least; unset: nothing. */
  Optional<Double> floor();

  /** The best one, of several the first that was drawn. */
  @Doc(
      "The best one, of level ones the first that was drawn (best-of-n: Stiennon et al. 2020, arXiv"
          + " 2009.01325; rejection sampling: Touvron et al. 2023, arXiv 2307.09288, section 3.2.3;"
          + " RAFT: arXiv 2304.06767)")
  record Best(@Doc("Only where it is worth at least so much; unset: always") Optional<Double> least)
      implements Keep {
    @Override
    public Optional<Double> floor() {
      return least;
    }

    @Override
    public List<Candidate> of(List<Candidate> answers) {
      return answers.stream()
          .filter(a -> a.worth() >= least.orElse(Double.NEGATIVE_INFINITY))
          .max(Comparator.comparingDouble(Candidate::worth)) // of level ones the first
          .stream()
          .toList();
    }
  }

  /** All that are good enough. */
  @Doc(
      "All that are worth at least `least`, each text once (rejection sampling fine-tuning: Yuan et"
          + " al. 2023, arXiv 2308.01825; ReST: arXiv 2308.08998; expert iteration: arXiv 1705.08439)")
  @Shorthand
  record Above(
      @Doc("What an answer must be worth at least") double least,
      @Doc("At most so many to a prompt, the best ones; 0: all") @Default("0") int most)
      implements Keep {
    public Above {
      Check.atLeast("keep.above.most", 0, most);
      if (!Double.isFinite(least)) {
        throw new UserError("keep.above.least must be a finite number, was " + least);
      }
    }

    @Override
    public Optional<Double> floor() {
      return Optional.of(least);
    }

    @Override
    public List<Candidate> of(List<Candidate> answers) {
      Map<String, Candidate> once = new LinkedHashMap<>();
      answers.stream()
          .filter(a -> a.worth() >= least)
          .sorted(Comparator.comparingDouble((Candidate a) -> -a.worth())) // stable
          .forEach(a -> once.putIfAbsent(a.text(), a));
      return once.values().stream().limit(most == 0 ? Long.MAX_VALUE : most).toList();
    }
  }
}
