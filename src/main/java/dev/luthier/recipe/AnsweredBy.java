package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.peft.Lora;
import dev.luthier.peft.Peft;
import dev.luthier.rollout.Sampling;
import java.nio.file.Path;
import java.util.Optional;

/** Who answers prompts to learn from the answers. */
@Doc("Who answers prompts to learn from the answers")
public sealed interface AnsweredBy {
  /**
   * @param method as a recipe names it
   * @throws UserError if it does not go with the rest
   */
  default void check(String method, RolloutSpec spec, Peft peft) {}

  /** Whether it is not the policy as it is when a rollout is wanted. */
  boolean older();

  /** Whether it is another program. */
  default boolean elsewhere() {
    return false;
  }

  /** Whether it says how likely it found what it wrote. */
  default boolean tells() {
    return true;
  }

  /** The policy. */
  @Doc("The policy itself")
  record Policy() implements AnsweredBy {
    @Override
    public boolean older() {
      return false;
    }
  }

  /** How prompts and answers travel. */
  enum Tokens {
    /** As token ids, both ways, in the manner of vLLM. */
    IDS,
    /** As text; answers become tokens here, which may be others than those that were drawn. */
    TEXT
  }

  /** What the log-probabilities that an endpoint tells are. */
  enum Logprobs {
    /** Those of its model, before temperature, top_k and top_p. */
    RAW,
    /** Those of what it drew from (vLLM's --logprobs-mode processed_logprobs). */
    PROCESSED,
    /** None are asked for. */
    NONE
  }

  /** An endpoint. */
  @Name("endpoint")
  @Doc("A server that speaks the protocol of OpenAI, such as vLLM (docs/rl.md)")
  record Remote(
      @Inline AnsweringServer server,
      @Doc(
              "How prompts and answers travel: as token ids, in the manner of vLLM, or as text, which"
                  + " becomes tokens here")
          @Default("ids")
          Tokens tokens,
      @Doc(
              "What the log-probabilities are that it tells and ratios are taken against: those of its"
                  + " model, of what it drew from where temperature, top_k or top_p change that, or"
                  + " none, so that the policy's own are taken")
          @Default("raw")
          Logprobs logprobs,
      @Doc("Whether all answers to a prompt are asked for in one request (`n`)") @Default("true")
          boolean together,
      @Doc("How it is told what the policy has become; unset: it stays as it is")
          Optional<Sync> sync)
      implements AnsweredBy {
    public Remote {
      server.endpoint(); // refuses what it cannot be
    }

    @Override
    public void check(String method, RolloutSpec spec, Peft peft) {
      if (!spec.sampling().equals(Sampling.MODEL) && logprobs != Logprobs.PROCESSED) {
        throw new UserError(
            "method.%s.rollout.by.endpoint.logprobs must be processed where temperature, top_k or top_p change what is drawn from, or the ratio is of something else; set it, or leave these three out"
                .formatted(method));
      }
      if (sync.isPresent() && !(peft instanceof Lora)) {
        throw new UserError(
            "method.%s.rollout.by.endpoint.sync sends the adapter of a lora, but peft is %s; take lora, or leave sync out"
                .formatted(method, Schema.name(peft)));
      }
    }

    @Override
    public boolean older() {
      return sync.isEmpty() || sync.get().every() > 1;
    }

    @Override
    public boolean elsewhere() {
      return true;
    }

    @Override
    public boolean tells() {
      return logprobs != Logprobs.NONE;
    }
  }

  /** How a server hears of new weights. */
  @Doc(
      "The adapter is saved to a folder, and the server is told to load it (vLLM's /load_lora_adapter)")
  record Sync(
      @Doc(
              value = "Before every which rollout",
              elsewhere = {"sync_every", "vllm_sync_interval"})
          @Default("1")
          int every,
      @Doc("What requests call it by; a number follows") @Default("luthier") String name,
      @Doc(
              "Where it is saved, which the server must see under the same path; unset: served in the run's directory")
          Optional<Path> folder) {
    public Sync {
      Check.atLeast("sync.every", 1, every);
      if (!name.matches("[A-Za-z0-9_.-]+")) {
        throw new UserError("sync.name must be of letters, digits and _.- alone, was " + name);
      }
    }
  }
}
