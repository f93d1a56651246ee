package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final Optional<Journal> cache;
  private final ExecutorService threads;
  private Spend spend = Spend.NONE;

  private ChatClient(Endpoint endpoint, Patience patience, Optional<Journal> cache) {
    this.endpoint = endpoint;
    this.patience = patience;
    this.cache = cache;
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
    Patience patience = patience(endpoint, time, notes);
    return new ChatClient(endpoint, patience, Optional.of(Journal.open(endpoint.cache())));
  }

  /** The same for those who say at each question where answers are kept. */
  public static ChatClient withoutCache(Endpoint endpoint, Time time, Consumer<String> notes) {
    return new ChatClient(endpoint, patience(endpoint, time, notes), Optional.empty());
  }

  private static Patience patience(Endpoint endpoint, Time time, Consumer<String> notes) {
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
    return new Patience(
        endpoint, new ChatHttp(endpoint, key), time, new Pace(endpoint.limits(), time), notes);
  }

  /**
   * Asks all, in any order.
   *
   * @param readable whether an answer is one; others are asked for once more
   * @return in the order of the questions; empty where no answer could be read
   * @throws UncheckedIOException if the endpoint keeps failing; what was answered is kept
   * @throws UserError if it refuses
   */
  public <A extends EndpointReply> List<Optional<A>> ask(
      List<? extends EndpointRequest<A>> all, Predicate<A> readable) {
    return ask(cache.orElseThrow(), all, readable);
  }

  /** The same, with another cache than the endpoint's. */
  public <A extends EndpointReply> List<Optional<A>> ask(
      Journal cache, List<? extends EndpointRequest<A>> all, Predicate<A> readable) {
    AtomicBoolean over = new AtomicBoolean();
    Map<EndpointRequest<A>, Future<Optional<A>>> coming = new LinkedHashMap<>();
    for (EndpointRequest<A> request : all) {
      coming.computeIfAbsent(request, r -> threads.submit(() -> answer(cache, r, readable, over)));
    }
    List<RuntimeException> failures = new ArrayList<>();
    Map<EndpointRequest<A>, Optional<A>> out = new LinkedHashMap<>();
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
    return all.stream().map(request -> Objects.requireNonNull(out.get(request))).toList();
  }

  /** Asks once, whatever was answered before; nothing is kept. */
  public <A extends EndpointReply> A told(EndpointRequest<A> request) {
    return request.read(patience.ask(request)).orElseThrow();
  }

  private <A extends EndpointReply> Optional<A> answer(
      Journal cache, EndpointRequest<A> request, Predicate<A> readable, AtomicBoolean over) {
    if (over.get()) {
      return Optional.empty(); // another question has failed, which ends all
    }
    try {
      return kept(cache, request).or(() -> asked(cache, request, readable));
    } catch (RuntimeException e) {
      over.set(true);
      throw e;
    }
  }

  private String key(EndpointRequest<?> request) {
    return Journal.key(endpoint.at(request.path()) + "\n" + request.json(endpoint.model()));
  }

  private <A extends EndpointReply> Optional<A> kept(Journal cache, EndpointRequest<A> request) {
    Optional<A> known = cache.find(key(request)).flatMap(request::read);
    known.ifPresent(reply -> count(Spend::andKept));
    return known;
  }

  private <A extends EndpointReply> Optional<A> asked(
      Journal cache, EndpointRequest<A> request, Predicate<A> readable) {
    for (int reading = 0; reading < READINGS; reading++) {
      JsonNode body = patience.ask(request);
      A reply = request.read(body).orElseThrow();
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
    cache.ifPresent(Journal::close);
  }
}
