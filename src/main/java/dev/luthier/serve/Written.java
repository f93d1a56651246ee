package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.serve.Form.Head;
import dev.luthier.serve.Reply.Event;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job's answers, as they come from the engine; each is kept when it has its end. */
final class Written {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 12;

  private final Job job;
  private final Reply reply;
  private final Log log;
  private final double seconds;
  private final Head head;
  private final List<Choice> choices = new ArrayList<>();

  Written(Job job, Reply reply, Log log, double seconds) {
    this.job = job;
    this.reply = reply;
    this.log = log;
    this.seconds = seconds;
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    this.head =
        new Head(
            job.form().prefix() + HexFormat.of().formatHex(id),
            Instant.now().getEpochSecond(),
            job.settings().model(),
            job.version().version(),
            job.version().loaded().model());
    for (int i = 0; i < job.settings().n(); i++) {
      choices.add(new Choice(i));
    }
  }

  Job job() {
    return job;
  }

  Head head() {
    return head;
  }

  List<Choice> choices() {
    return choices;
  }

  boolean ended() {
    return choices.stream().allMatch(Choice::ended);
  }

  /** How many tokens were written. */
  int tokens() {
    return choices.stream().mapToInt(c -> c.tokens().size()).sum();
  }

  /** Waits for the whole of it. */
  void finish() throws InterruptedException {
    while (!ended()) {
      take(Double.MAX_VALUE);
    }
  }

  /**
   * The next event, which is in the choices already; those that are there without waiting come one
   * by one.
   *
   * @param wait seconds
   * @return none where none came within the wait
   * @throws ApiError where the answer's time is over, or it cannot be written
   */
  @Nullable Event take(double wait) throws InterruptedException {
    Event event = reply.next();
    if (event == null) {
      double left = seconds - (System.nanoTime() - job.begun()) / 1e9;
      if (left <= 0) {
        throw new ApiError(504, "timeout", "the answer was not there in " + seconds + " seconds");
      }
      event = reply.next((long) (Math.min(left, wait) * 1e9));
    }
    if (event instanceof Event.Said said) {
      choices.get(said.sample()).add(said.token());
    } else if (event instanceof Event.Ended ended) {
      Choice choice = choices.get(ended.sample());
      choice.end(ended.completion());
      log.keep(job, head.id(), choice);
    } else if (event instanceof Event.Failed failed) {
      throw failure(failed.why());
    }
    return event;
  }

  private static RuntimeException failure(RuntimeException why) {
    if (why instanceof UserError) {
      return new ApiError(400, "invalid_request", String.valueOf(why.getMessage()));
    }
    return Engine.STOPS.equals(why.getMessage())
        ? ApiError.later(503, "stopping", 2, "the server is about to stop")
        : why;
  }

  /** What all pieces of the reply begin with. */
  Map<String, @Nullable Object> begin(String object) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("id", head.id());
    out.put("object", object);
    out.put("created", head.created());
    out.put("model", head.model());
    out.put("system_fingerprint", head.version());
    return out;
  }

  /** The whole reply. */
  Map<String, @Nullable Object> whole() {
    Map<String, @Nullable Object> out = begin(job.form().object());
    out.put("choices", choices.stream().map(c -> job.form().whole(head, c)).toList());
    out.put("usage", usage());
    return out;
  }

  Map<String, Object> usage() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompt_tokens", job.prompt().length);
    out.put("completion_tokens", tokens());
    out.put("total_tokens", job.prompt().length + tokens());
    return out;
  }
}
