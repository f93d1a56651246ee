package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import java.io.UncheckedIOException;
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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Asks an endpoint: several questions at once, within its limits, again where it fails, and nothing
 * that was answered before. Every answer is on disk before it is handed over.
 */
public final class ChatClient implements AutoCloseable {
  /** How often an answer may be read in vain. */
  private static final int READINGS = 2;

  private final Endpoint endpoint;
  private final Patience patience;
  private final Journal cache;
  private final ExecutorService threads;
  private Spend spend = Spend.NONE;

  private ChatClient(Endpoint endpoint, Patience patience) {
    this.endpoint = endpoint;
    this.patience = patience;
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
    return new ChatClient(
        endpoint,
        new Patience(
            endpoint, new ChatHttp(endpoint, key), time, new Pace(endpoint.limits(), time), notes));
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
    known.ifPresent(reply -> count(Spend::andKept));
    return known;
  }

  private Optional<ChatReply> asked(ChatRequest request, Predicate<ChatReply> readable) {
    for (int reading = 0; reading < READINGS; reading++) {
      JsonNode body = patience.ask(request);
      ChatReply reply = ChatReply.of(body).orElseThrow();
      count(s -> s.and(reply));
      if (readable.test(reply)) {
        cache.add(key(request), body);
        return Optional.of(reply);
      }
    }
    return Optional.empty();
  }

  /** What asking took so far. */
  public synchronized Spend spend() {
    return spend;
  }

  private synchronized void count(UnaryOperator<Spend> one) {
    spend = one.apply(spend);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    cache.close();
  }
}
