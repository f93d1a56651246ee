package dev.luthier.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/** What the server counts, for Prometheus. */
final class Meters {
  private static final Duration[] TIMES = {
    Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
    Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2500),
    Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60),
    Duration.ofSeconds(120), Duration.ofSeconds(300)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A figure as it is when somebody looks. */
  <T> void gauge(String name, String told, T of, ToDoubleFunction<T> value) {
    Gauge.builder(name, of, value).description(told).strongReference(true).register(registry);
  }

  /**
   * A request has its reply.
   *
   * @param version that answered; empty where none did
   * @param status of HTTP; 499 where the client went away before the end
   */
  void request(String route, int status, String version) {
    registry
        .counter(
            "luthier_requests",
            "route",
            route,
            "status",
            Integer.toString(status),
            "version",
            version)
        .increment();
  }

  /** Tokens that were read and written. */
  void tokens(String version, long prompt, long completion) {
    registry.counter("luthier_tokens", "kind", "prompt", "version", version).increment(prompt);
    registry
        .counter("luthier_tokens", "kind", "completion", "version", version)
        .increment(completion);
  }

  /** How long an answer took, from the request's beginning. */
  void answered(String version, long nanos) {
    timer("luthier_request_seconds", "Time until the whole answer was there", version)
        .record(Duration.ofNanos(nanos));
  }

  /** How long the first token took. */
  void first(String version, long nanos) {
    timer("luthier_first_token_seconds", "Time until the first token was drawn", version)
        .record(Duration.ofNanos(nanos));
  }

  private Timer timer(String name, String told, String version) {
    return Timer.builder(name)
        .description(told)
        .serviceLevelObjectives(TIMES)
        .tag("version", version)
        .register(registry);
  }

  /** All of it as Prometheus reads it. */
  String text() {
    return registry.scrape();
  }
}
