package dev.luthier.serve;

import dev.luthier.error.UserError;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The server's sockets: access, limits, the form of errors, and the paths of others. */
final class Web implements AutoCloseable {
  /** Threads beside those of requests: to accept, to select, to refuse. */
  private static final int MORE_THREADS = 32;

  private static final int HEADER_BYTES = 16 << 10;

  private final Javalin javalin;

  private Web(Javalin javalin) {
    this.javalin = javalin;
  }

  /**
   * Starts to listen.
   *
   * @param err hears of faults, one line each
   * @throws UserError if the port is taken or the token is missing
   */
  static Web start(HttpSpec spec, List<Routes> routes, Consumer<String> err) {
    Access access = new Access(spec.token(), spec.origins());
    Javalin javalin = Javalin.create(config -> set(config, spec, access, routes, err));
    try {
      javalin.start();
    } catch (RuntimeException e) {
      javalin.stop();
      throw new UserError(
          "cannot listen on %s:%d: %s; choose another http.port"
              .formatted(spec.host(), spec.port(), UserError.reason(deepest(e))),
          e);
    }
    return new Web(javalin);
  }

  private static void set(
      JavalinConfig config,
      HttpSpec spec,
      Access access,
      List<Routes> routes,
      Consumer<String> err) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.defaultContentType = "application/json";
    config.http.maxRequestSize = spec.limits().bodyBytes();
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE; // pieces go out at once
    config.jetty.threadPool =
        new QueuedThreadPool(spec.limits().atOnce() + MORE_THREADS, 8); // one for each request
    config.jetty.addConnector((server, http) -> connector(server, spec, http));
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(HEADER_BYTES);
        });
    config.routes.before(
        ctx -> {
          ctx.header("X-Content-Type-Options", "nosniff");
          access.check(ctx);
          if (ctx.method() == HandlerType.OPTIONS) {
            access.preflight(ctx);
            ctx.skipRemainingHandlers();
          }
        });
    routes.forEach(r -> r.add(config.routes));
    config.routes.exception(HttpResponseException.class, (e, ctx) -> refuse(e, ctx, err));
    config.routes.exception(Exception.class, (e, ctx) -> refuse(e, ctx, err));
  }

  private static ServerConnector connector(
      Server server, HttpSpec spec, org.eclipse.jetty.server.HttpConfiguration http) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(spec.host());
    connector.setPort(spec.port());
    connector.setIdleTimeout((long) (spec.limits().idleSeconds() * 1000));
    return connector;
  }

  private static void refuse(Exception e, Context ctx, Consumer<String> err) {
    boolean nowhere = e instanceof HttpResponseException http && http.getStatus() == 404;
    ApiError told =
        nowhere
            ? new ApiError(
                404, "not_found", "there is no %s %s".formatted(ctx.method(), ctx.path()))
            : Faults.told(e);
    if (told.status() >= 500 && !(e instanceof ApiError)) {
      err.accept("%s %s failed: %s".formatted(ctx.method(), ctx.path(), e));
    }
    Json.reply(ctx, told);
  }

  private static Throwable deepest(Throwable e) {
    Throwable out = e;
    while (out.getCause() != null) {
      out = out.getCause();
    }
    return out;
  }

  int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
