package dev.luthier.serve;

import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Reader;
import dev.luthier.rollout.Token;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the engine writes for one request, until the request's own thread takes it. It holds no more
 * than the answers' tokens, so the engine never waits for a client.
 */
final class Reply implements Reader, AutoCloseable {
  /** What happened. */
  sealed interface Event {
    /** A token of one of the answers. */
    record Said(int sample, Token token) implements Event {}

    /** An answer has its end. */
    record Ended(int sample, Completion completion) implements Event {}

    /** Nothing more comes. */
    record Failed(RuntimeException why) implements Event {}
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicBoolean waits = new AtomicBoolean(true);
  private final AtomicLong first = new AtomicLong();
  private final Runnable started;
  private final Runnable left;
  private volatile boolean gone;

  /**
   * @param started called once, when the request no longer waits
   * @param left called once, when the engine has nothing of it any more
   */
  Reply(Runnable started, Runnable left) {
    this.started = started;
    this.left = left;
  }

  @Override
  public void token(int sample, Token token) {
    begin();
    first.compareAndSet(0, System.nanoTime());
    events.add(new Event.Said(sample, token));
  }

  @Override
  public void end(int sample, Completion completion) {
    events.add(new Event.Ended(sample, completion));
  }

  @Override
  public void failed(RuntimeException why) {
    events.add(new Event.Failed(why));
  }

  @Override
  public boolean gone() {
    return gone;
  }

  @Override
  public void left() {
    begin();
    left.run();
  }

  private void begin() {
    if (waits.getAndSet(false)) {
      started.run();
    }
  }

  /** When its first token was drawn, as {@link System#nanoTime}; 0 before. */
  long first() {
    return first.get();
  }

  /** The next event; none within the time. */
  @Nullable Event next(long nanos) throws InterruptedException {
    return events.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** The next event if it is there. */
  @Nullable Event next() {
    return events.poll();
  }

  /** Nobody reads any more: the engine stops to write. */
  @Override
  public void close() {
    gone = true;
  }
}
