package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.model.Request;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Wanted;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Has jobs answered: hands them to the engine, and what comes of them to the client. */
final class Desk {
  private static final int LATER = 1;

  private final Engine engine;
  private final Limits limits;
  private final Log log;
  private final Meters meters;
  private final Consumer<String> err;
  private final AtomicInteger sequences = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();

  Desk(Engine engine, Limits limits, Log log, Meters meters, Consumer<String> err) {
    this.engine = engine;
    this.limits = limits;
    this.log = log;
    this.meters = meters;
    this.err = err;
  }

  /** How many requests wait for their first token. */
  int waiting() {
    return waiting.get();
  }

  /**
   * Answers a job, in one piece or as a stream, and gives its version back when the engine has
   * nothing of it any more.
   *
   * @throws ApiError before anything was sent
   */
  void answer(Context ctx, Job job) {
    Loaded loaded = job.version().loaded();
    ctx.header("Luthier-Version", loaded.version());
    try (Reply reply = submit(job)) {
      Written written = new Written(job, reply, log, limits.seconds());
      if (job.settings().stream()) {
        new Stream(ctx, written, err).send();
      } else {
        written.finish();
        Json.reply(ctx, 200, written.whole());
      }
      meters.answered(loaded.version(), System.nanoTime() - job.begun());
      meters.first(loaded.version(), reply.first() - job.begun());
      meters.tokens(loaded.version(), job.prompt().length, written.tokens());
    } catch (IOException gone) { // nobody is there to be told
      ctx.status(499);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiError.later(503, "stopping", LATER, "the server is about to stop");
    }
  }

  private Reply submit(Job job) {
    int n = job.settings().n();
    if (sequences.addAndGet(n) > limits.rows() + limits.queue()) {
      sequences.addAndGet(-n);
      job.version().close();
      throw ApiError.later(
          429,
          "queue_full",
          LATER,
          "%d answers wait for a place already".formatted(limits.queue()));
    }
    waiting.incrementAndGet();
    Reply reply =
        new Reply(
            waiting::decrementAndGet,
            () -> {
              sequences.addAndGet(-n);
              job.version().close();
            });
    Loaded loaded = job.version().loaded();
    Generator.Limits ends = loaded.model().limits(job.maxTokens(), job.settings().stop());
    Wanted wanted =
        new Wanted(
            new Request(job.prompt(), loaded.adapter()),
            n,
            job.settings().sampling(),
            job.settings().seed(),
            ends,
            job.form().top(),
            reply);
    engine.post(() -> add(loaded, wanted, reply));
    return reply;
  }

  private static void add(Loaded loaded, Wanted wanted, Reply reply) {
    try {
      loaded.batch().add(wanted);
    } catch (UserError e) {
      reply.failed(e);
      reply.left();
    }
  }
}
