package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks an endpoint: several questions at once, within its limits, again where it fails, and nothing
 * that was answered before. Every answer is on disk before it is handed over.
 */
public final class ChatClient implements AutoCloseable {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** How often an answer may be read in vain. */
  private static final int READINGS = 2;

  private final Endpoint endpoint;
  private final ChatHttp http;
  private final Time time;
  private final Pace pace;
  private final Journal cache;
  private final ExecutorService threads;
  private final Consumer<String> notes;
  private final AtomicReference<Spend> spend = new AtomicReference<>(Spend.NONE);

  private ChatClient(Endpoint endpoint, ChatHttp http, Time time, Consumer<String> notes) {
    this.endpoint = endpoint;
    this.http = http;
    this.time = time;
    this.notes = notes;
    this.pace = new Pace(endpoint.limits(), time);
    this.cache = Journal.open(endpoint.cache());
    this.threads =
        Executors.newFixedThreadPool(
            endpoint.limits().concurrency(),
            work -> {
              Thread thread = new Thread(work, "endpoint");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * @param notes hears of every failure that is waited out
   * @throws UserError if the key is not in the environment, or the cache cannot be opened
   */
  public static ChatClient open(Endpoint endpoint, Time time, Consumer<String> notes) {
    Optional<String> key =
        endpoint
            .key()
            .map(
                name ->
                    Optional.ofNullable(System.getenv(name))
                        .filter(value -> !value.isBlank())
                        .orElseThrow(
                            () ->
                                new UserError(
                                    "endpoint.key: the environment has no %s; export it with the key of %s"
                                        .formatted(name, endpoint.host()))));
    return new ChatClient(endpoint, new ChatHttp(endpoint, key), time, notes);
  }

  /**
   * Asks all, in any order.
   *
   * @param readable whether an answer is one; others are asked for once more
   * @return in the order of the questions; empty where no answer could be read
   * @throws UncheckedIOException if the endpoint keeps failing; what was answered is kept
   * @throws UserError if it refuses
   */
  public List<Optional<ChatReply>> ask(List<ChatRequest> all, Predicate<ChatReply> readable) {
    AtomicBoolean over = new AtomicBoolean();
    Map<ChatRequest, Future<Optional<ChatReply>>> coming = new LinkedHashMap<>();
    for (ChatRequest request : all) {
      coming.computeIfAbsent(request, r -> threads.submit(() -> answer(r, readable, over)));
    }
    List<RuntimeException> failures = new ArrayList<>();
    Map<ChatRequest, Optional<ChatReply>> out = new LinkedHashMap<>();
    coming.forEach(
        (request, reply) -> {
          try {
            out.put(request, reply.get());
          } catch (ExecutionException e) {
            failures.add(
                e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException(e.getCause()));
          } catch (InterruptedException e) {
            over.set(true);
            Thread.currentThread().interrupt();
            failures.add(new IllegalStateException("interrupted while asking", e));
          }
        });
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    return all.stream().map(out::get).toList();
  }

  private Optional<ChatReply> answer(
      ChatRequest request, Predicate<ChatReply> readable, AtomicBoolean over)
      throws InterruptedException {
    if (over.get()) {
      return Optional.empty(); // another question has failed, which ends all
    }
    try {
      return kept(request).or(() -> asked(request, readable));
    } catch (RuntimeException e) {
      over.set(true);
      throw e;
    }
  }

  private String key(ChatRequest request) {
    return Journal.key(endpoint.chat() + "\n" + request.json(endpoint.model()));
  }

  private Optional<ChatReply> kept(ChatRequest request) {
    Optional<ChatReply> known = cache.find(key(request)).flatMap(ChatReply::of);
    known.ifPresent(reply -> spend.updateAndGet(Spend::andKept));
    return known;
  }

  private Optional<ChatReply> asked(ChatRequest request, Predicate<ChatReply> readable) {
    for (int reading = 0; reading < READINGS; reading++) {
      JsonNode body = patiently(request);
      ChatReply reply = ChatReply.of(body).orElseThrow();
      spend.updateAndGet(s -> s.and(reply));
      if (readable.test(reply)) {
        cache.add(key(request), body);
        return Optional.of(reply);
      }
    }
    return Optional.empty();
  }

  private JsonNode patiently(ChatRequest request) {
    Duration next = FIRST;
    for (int failed = 1; ; failed++) {
      try {
        Pace.Turn turn = pace.next(request.estimate());
        time.pause(turn.pause());
        JsonNode body = http.post(request.json(endpoint.model()));
        long used = ChatReply.of(body).map(r -> r.in() + r.out()).orElse(0L);
        pace.tell(turn, used > 0 ? used : request.estimate());
        return body;
      } catch (EndpointCut cut) {
        Duration wait = cut.askedPause().orElse(next);
        if (failed == endpoint.attempts() || wait.compareTo(PATIENCE) > 0) {
          throw gone(cut, failed, wait);
        }
        notes.accept(
            "%s; attempt %d of %d in %d s"
                .formatted(
                    cut.getMessage(), failed + 1, endpoint.attempts(), wait.toMillis() / 1000));
        pause(wait);
        next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while asking", e);
      }
    }
  }

  private void pause(Duration wait) {
    try {
      time.pause(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }

  private static UncheckedIOException gone(EndpointCut cut, int failed, Duration wait) {
    String asked =
        wait.compareTo(PATIENCE) > 0
            ? "; it asks to come back in %d s".formatted(wait.toSeconds())
            : failed == 1 ? "" : " (%d attempts)".formatted(failed);
    return new UncheckedIOException(
        cut.getMessage() + asked + "; what was answered is kept, the same command goes on", cut);
  }

  /** What asking took so far. */
  public Spend spend() {
    return spend.get();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    cache.close();
  }
}
