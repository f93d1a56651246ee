package dev.luthier.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An answer's body, piece by piece; a piece that does not come in time breaks the connection. */
final class HubBody implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private sealed interface Event permits Piece, End, Broken {}

  private record Piece(List<ByteBuffer> bytes) implements Event {}

  private record End() implements Event {}

  private record Broken(Throwable why) implements Event {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final String host;
  private final Duration timeout;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  private HubBody(String host, Duration timeout) {
    this.host = host;
    this.timeout = timeout;
  }

  /**
   * @param host who sends it, for messages
   * @param timeout how long it may stand still
   */
  static HubBody of(Flow.Publisher<List<ByteBuffer>> body, String host, Duration timeout) {
    HubBody out = new HubBody(host, timeout);
    body.subscribe(out);
    return out;
  }

  /** The next bytes; nothing at the end. */
  Optional<List<ByteBuffer>> next() throws HubCut, InterruptedException {
    Event event = events.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (event instanceof Piece piece) {
      Flow.Subscription source = subscription;
      if (source != null) {
        source.request(1);
      }
      return Optional.of(piece.bytes());
    }
    if (event instanceof End) {
      return Optional.empty();
    }
    if (event instanceof Broken broken) {
      throw new HubCut(host + " broke the connection off", broken.why());
    }
    throw new HubCut("%s sent nothing for %d s".formatted(host, timeout.toSeconds()));
  }

  /** The whole body, for answers that are small. */
  byte[] all(int limit) throws HubCut, HubWrong, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Optional<List<ByteBuffer>> piece = next(); piece.isPresent(); piece = next()) {
      for (ByteBuffer bytes : piece.get()) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.writeBytes(copy);
      }
      if (out.size() > limit) {
        throw new HubWrong("%s sends more than %,d bytes as an answer".formatted(host, limit));
      }
    }
    return out.toByteArray();
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    subscription = source;
    if (closed) {
      source.cancel();
    } else {
      source.request(1); // one piece ahead of whoever reads
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    events.add(new Piece(bytes));
  }

  @Override
  public void onError(Throwable why) {
    events.add(new Broken(why));
  }

  @Override
  public void onComplete() {
    events.add(new End());
  }

  /** Gives up what has not come yet. */
  @Override
  public void close() {
    closed = true;
    Flow.Subscription source = subscription;
    if (source != null) {
      source.cancel();
    }
  }
}
