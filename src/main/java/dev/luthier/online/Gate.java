package dev.luthier.online;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.recipe.Asks;
import dev.luthier.recipe.JudgeSpec;
import dev.luthier.recipe.Scorer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a version is measured on against the one that it was tuned from. */
@Doc("What a version must show before it may answer; a check that is left out is not made")
public record Gate(
    @Doc("Whether it prefers, on held-out feedback, what people prefer") @Default("{}")
        Preferred preferences,
    @Doc("Tasks with known answers") Optional<Tasks> gold,
    @Doc("How far it may go from the current version") Optional<Budget> kl,
    @Doc("Scorers that must stay within bounds, each under a name of your own") @Default("{}")
        Map<String, Bounded> safety,
    @Doc("How often its answer must be the better one") Optional<Wins> wins) {

  public Gate {
    safety = Collections.unmodifiableMap(new LinkedHashMap<>(safety));
  }

  /** Held-out feedback. */
  @Doc(
      "Of held-out pairs, how often the better answer's log-probability grew by more than the worse"
          + " one's, from the current version to this one; ties count half")
  public record Preferred(
      @Doc("The least share") @Default("0.55") double atLeast,
      @Doc("A file of judged answers that no rater can reach; unset: the held-out feedback")
          Optional<Path> data) {
    public Preferred {
      Check.within("online.gate.preferences.at_least", 0, 1, atLeast);
    }
  }

  /** Gold tasks. */
  @Doc("Greedy answers to tasks with known answers")
  public record Tasks(
      @Doc("The rows, with what is expected") Asks data,
      @Doc("What an answer is worth") @Default("exact_match") Scorer scorer,
      @Doc("The least mean score") @Default("0") double atLeast,
      @Doc("By how much the mean score may be below the current version's") @Default("0.02")
          double worseBy,
      @Doc("Longest answer in tokens") @Default("128") int maxNewTokens) {
    public Tasks {
      Check.atLeast("online.gate.gold.worse_by", 0.0, worseBy);
      Check.atLeast("online.gate.gold.max_new_tokens", 1, maxNewTokens);
    }
  }

  /** Nearness. */
  @Doc("KL(new, current) an answer in nats, by the k3 estimate on answers that the new one draws")
  public record Budget(
      @Doc("The most") @Default("10") double most,
      @Doc("Whose prompts are answered; unset: those of the held-out feedback")
          Optional<Asks> prompts,
      @Doc("Longest answer in tokens") @Default("128") int maxNewTokens) {
    public Budget {
      Check.above("online.gate.kl.most", 0, most);
      Check.atLeast("online.gate.kl.max_new_tokens", 1, maxNewTokens);
    }
  }

  /** A scorer with a bound. */
  @Doc("The mean score of greedy answers, with a lower or an upper bound, or both")
  public record Bounded(
      @Doc("What says what an answer is worth") Scorer scorer,
      @Doc("Whose prompts are answered; unset: those of the held-out feedback")
          Optional<Asks> prompts,
      @Doc("The lower bound") Optional<Double> atLeast,
      @Doc("The upper bound") Optional<Double> atMost,
      @Doc("Longest answer in tokens") @Default("128") int maxNewTokens) {
    public Bounded {
      Check.atLeast("online.gate.safety.max_new_tokens", 1, maxNewTokens);
      if (atLeast.isEmpty() && atMost.isEmpty()) {
        throw new UserError(
            "online.gate.safety: a scorer without at_least and at_most bounds nothing; set one");
      }
    }
  }

  /** Win rate. */
  @Doc("How often its answer is better than the current version's; a tie is half a win")
  public record Wins(
      @Doc("Who says which is better") JudgeSpec judge,
      @Doc("What the lower end of Wilson's 95 % interval must exceed") @Default("0.5") double above,
      @Doc("Whose prompts are answered; unset: those of the held-out feedback")
          Optional<Asks> prompts,
      @Doc("Both answer at this temperature; 0: the likeliest token every time") @Default("0")
          double temperature,
      @Doc("Longest answer in tokens") @Default("128") int maxNewTokens) {
    public Wins {
      Check.below("online.gate.wins.above", 0, 1, above);
      Check.atLeast("online.gate.wins.temperature", 0.0, temperature);
      Check.atLeast("online.gate.wins.max_new_tokens", 1, maxNewTokens);
    }
  }
}
