package dev.luthier.serve;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask. A token, where there is one, is compared in a time that does not tell how much of a
 * guess was right. A page of another origin is refused unless its origin is listed, also for
 * requests that browsers send without asking first; and without a token the server answers only to
 * the names of this machine, so that no foreign name that is made to lead here reaches it.
 */
final class Access {
  private static final Set<String> OPEN = Set.of("/health", "/");
  private static final String PAGE = "/page/";
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "Bearer ";

  private final Optional<String> token;
  private final List<String> origins;

  Access(Optional<String> token, List<String> origins) {
    this.token = token;
    this.origins = origins;
  }

  /**
   * Lets a request pass, or not.
   *
   * @throws ApiError 401 or 403
   */
  void check(Context ctx) {
    String host = ctx.host();
    if (token.isEmpty() && (host == null || !LOCAL.contains(name(host)))) {
      throw new ApiError(
          403, "unknown_host", "this server answers to localhost and 127.0.0.1 only");
    }
    String origin = ctx.header("Origin");
    if (origin != null) {
      origin(ctx, origin, host);
    }
    boolean asked = ctx.method() == HandlerType.OPTIONS && origin != null;
    if (!asked && !open(ctx) && token.isPresent() && !holds(token.get(), ctx)) {
      throw new ApiError(
          401,
          "invalid_api_key",
          "the token is missing or wrong; send it as Authorization: Bearer TOKEN");
    }
  }

  /** Files of the page hold nothing that is secret: the page asks for the token itself. */
  private static boolean open(Context ctx) {
    return ctx.method() == HandlerType.GET
        && (OPEN.contains(ctx.path()) || ctx.path().startsWith(PAGE));
  }

  private static boolean holds(String token, Context ctx) {
    String given = ctx.header("Authorization");
    String said =
        given != null && given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? given.substring(SCHEME.length()).strip()
            : "";
    return MessageDigest.isEqual(
        said.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  private void origin(Context ctx, String origin, @Nullable String host) {
    if (origins.contains(origin)) {
      ctx.header("Access-Control-Allow-Origin", origin);
      ctx.header("Access-Control-Expose-Headers", "Luthier-Version, Retry-After");
      ctx.header("Vary", "Origin");
    } else if (!same(origin, host)) {
      throw new ApiError(
          403, "unknown_origin", "pages of this origin may not ask here; see http.origins");
    }
  }

  private static boolean same(String origin, @Nullable String host) {
    try {
      return host != null && host.equals(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Without the port. */
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  /** Tells a browser what a page of a listed origin may send. */
  void preflight(Context ctx) {
    if (ctx.header("Access-Control-Request-Method") != null) {
      ctx.header("Access-Control-Allow-Methods", "GET, POST, DELETE");
      ctx.header("Access-Control-Allow-Headers", "Authorization, Content-Type, Luthier-Rater");
      ctx.header("Access-Control-Max-Age", "600");
    }
    ctx.status(204);
  }
}
