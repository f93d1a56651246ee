package dev.luthier.io;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests with a limit for the whole answer: the one of a request ends with its headers. */
public final class WholeAnswer {
  private WholeAnswer() {}

  /**
   * @throws TimeoutException if it is not there in time
   * @throws ExecutionException with what broke it off
   */
  public static HttpResponse<String> of(HttpClient http, HttpRequest request, Duration limit)
      throws TimeoutException, ExecutionException, InterruptedException {
    CompletableFuture<HttpResponse<String>> coming =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    try {
      return coming.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      coming.cancel(true);
    }
  }
}
