package dev.luthier.rollout;

import java.util.List;

/**
 * A sequence of an open batch.
 *
 * @param party all samples of its prompt
 */
record Guest(Running running, Party party) {
  /** The samples of one prompt, which leave one by one. */
  static final class Party {
    private final Wanted wanted;
    private final List<Guest> guests;
    private int left;
    private boolean failed;

    /**
     * @param room how many tokens the model can write behind the prompt
     */
    Party(Wanted wanted, int room, Decoder decoder) {
      this.wanted = wanted;
      this.guests =
          java.util.stream.IntStream.range(0, wanted.samples())
              .mapToObj(i -> new Running(i, wanted.request(), room, wanted.limits(), decoder))
              .map(running -> new Guest(running, this))
              .toList();
    }

    Wanted wanted() {
      return wanted;
    }

    List<Guest> guests() {
      return guests;
    }

    int prompt() {
      return wanted.request().tokens().length;
    }

    /** The most tokens that a sample may draw. */
    int most() {
      return guests.get(0).running.most();
    }

    /** The model cannot go on with it; those beside it can. */
    void fail(RuntimeException why) {
      if (!failed) {
        failed = true;
        wanted.reader().failed(why);
      }
    }

    /** Some of its samples are no longer in the batch. */
    void leave(int samples) {
      left += samples;
      if (left == guests.size()) {
        wanted.reader().left();
      }
    }
  }

  Reader reader() {
    return party.wanted.reader();
  }

  boolean leaves() {
    return running.finished() || party.failed || reader().gone();
  }

  /** The random number that decides its next token. */
  double uniform() {
    return Sampler.uniform(party.wanted.seed(), running.index(), running.drawn());
  }

  /** Takes its token of a draw and tells its reader. */
  void take(Sampler.Draw draw, int row, List<Token.Likely> top) {
    try {
      running.take(draw, row, true);
    } catch (IllegalStateException e) { // its own logits are no numbers
      party.fail(e);
      return;
    }
    Token token = new Token(draw.ids()[row], draw.logProbs()[row], top, running.newText());
    reader().token(running.index(), token);
    if (running.finished()) {
      reader().end(running.index(), running.completion());
    }
  }
}
