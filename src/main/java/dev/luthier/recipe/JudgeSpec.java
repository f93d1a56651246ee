package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.doc.Shorthand;
import dev.luthier.endpoint.ChatClient;
import dev.luthier.endpoint.Endpoint;
import dev.luthier.endpoint.Time;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.judge.EndpointOracle;
import dev.luthier.judge.FlawedJudge;
import dev.luthier.judge.Judge;
import dev.luthier.judge.LabelJudge;
import dev.luthier.judge.Oracle;
import dev.luthier.judge.ScorerJudge;
import dev.luthier.judge.Way;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Who compares answers: one record per way, picked by its name. */
@Doc("Who says which of two answers is better")
public sealed interface JudgeSpec {
  /**
   * Reads what it needs; closed by the caller.
   *
   * @param device where models compute, as {@code model.device} has it
   * @param notes hears what is waited for, and what is left out
   * @throws UserError if something is missing or broken
   */
  Judge open(String device, Consumer<String> notes);

  /** What its model is called; empty where it is none. */
  default String model() {
    return "";
  }

  /** In words: its name and its settings. */
  default String told() {
    return "%s %s"
        .formatted(Schema.name(this), Unbinder.record((Record) this).toString().replace("=", ": "));
  }

  /** The same, shorter. */
  default String brief() {
    return (Schema.name(this) + " " + model()).strip();
  }

  /** One that asks a model. */
  sealed interface Asking extends JudgeSpec {
    /** How it is asked. */
    Way way();

    /** The model that is asked; closed by the caller. */
    Oracle oracle(String device, Consumer<String> notes);

    @Override
    default Judge open(String device, Consumer<String> notes) {
      Oracle oracle = oracle(device, notes);
      try {
        return way().on(oracle);
      } catch (UserError e) {
        oracle.close();
        throw e;
      }
    }
  }

  /** A model of this machine. */
  @Doc("A model of this machine: the probability of A against B is read off its logits")
  record Local(
      @Doc("Its folder, or ORG/NAME[@REV] of the hub") Path folder,
      @Doc("An adapter for it; unset: none") Optional<Path> adapter,
      @Doc("How it is asked") @Default("pairwise") Way way)
      implements Asking {
    @Override
    public Oracle oracle(String device, Consumer<String> notes) {
      return LocalOracle.open(new Writer.Voice(folder, adapter, Optional.empty(), device), notes);
    }

    @Override
    public String model() {
      return adapter.orElse(folder).toString();
    }
  }

  /** A model behind an endpoint. */
  @Name("endpoint")
  @Doc("A model behind an endpoint that speaks the protocol of OpenAI")
  record Remote(
      @Doc("The endpoint") Endpoint server,
      @Doc("How it is asked") @Default("pairwise") Way way,
      @Doc(
              "Whether log-probabilities are asked for; where the endpoint tells none, the label that"
                  + " its answer names is sure")
          @Default("true")
          boolean logprobs)
      implements Asking {
    @Override
    public Oracle oracle(String device, Consumer<String> notes) {
      return new EndpointOracle(ChatClient.open(server, Time.MACHINE, notes), server, logprobs);
    }

    @Override
    public String model() {
      return server.model();
    }
  }

  /** Whatever scores answers. */
  @Name("scorer")
  @Doc("Whatever scores answers: the higher score is better; of reward models sigma(r_a - r_b)")
  @Shorthand
  record Scored(@Doc("What says what an answer is worth") Scorer of) implements JudgeSpec {
    @Override
    public Judge open(String device, Consumer<String> notes) {
      return new ScorerJudge(of.open(device), of.bounded(), CompareSpec.told(of));
    }
  }

  /** One with flaws of known size. */
  @Doc(
      "A judge with flaws of known size, for experiments: of every pair it is drawn, always the same,"
          + " whether it goes by position, by length, is wrong, or says what is true")
  record Flawed(
      @Doc("What is true; unset: the file's own labels") Optional<Scorer> of,
      @Doc("How often it is wrong, of the pairs that it does not decide by position or length")
          @Default("0")
          double error,
      @Doc("The share of pairs of which it takes what is shown first") @Default("0")
          double positionBias,
      @Doc("The share of pairs of which it takes the longer answer") @Default("0")
          double lengthBias,
      @Doc("Of the draws") @Default("42") long seed)
      implements JudgeSpec {
    public Flawed {
      Check.within("flawed.error", 0, 1, error);
      Check.within("flawed.position_bias", 0, 1, positionBias);
      Check.within("flawed.length_bias", 0, 1 - positionBias, lengthBias);
    }

    @Override
    public Judge open(String device, Consumer<String> notes) {
      Judge truth = of.map(s -> new Scored(s).open(device, notes)).orElseGet(LabelJudge::new);
      return new FlawedJudge(truth, error, positionBias, lengthBias, seed);
    }
  }
}
