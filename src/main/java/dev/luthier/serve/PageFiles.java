package dev.luthier.serve;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The files of the page, out of the class path. They change with a release only, so a browser keeps
 * them and asks whether its copy is still good (ETag, 304).
 *
 * <p>Nothing but these files may run or be loaded: no script of another host, none inside HTML, and
 * no text can become HTML by way of the DOM's string sinks (Trusted Types).
 */
final class PageFiles implements Routes {
  /** Of all that the page loads; {@code frame-ancestors}: no other page shows this one. */
  static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Pattern NAME = Pattern.compile("[a-z]+\\.(html|css|js|svg)");

  private final Map<String, Optional<PageFile>> read = new ConcurrentHashMap<>();

  /**
   * @param bytes never changed
   * @param type as in Content-Type
   * @param tag as in ETag
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record PageFile(byte[] bytes, String type, String tag) {}

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/", ctx -> send(ctx, "index.html"));
    routes.get("/page/{file}", ctx -> send(ctx, ctx.pathParam("file")));
  }

  private void send(Context ctx, String name) {
    PageFile file =
        find(name).orElseThrow(() -> new ApiError(404, "not_found", "the page has no such file"));
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cache-Control", "no-cache");
    ctx.header("ETag", file.tag());
    if (file.tag().equals(ctx.header("If-None-Match"))) {
      ctx.status(304);
    } else {
      ctx.contentType(file.type()).result(file.bytes());
    }
  }

  private Optional<PageFile> find(String name) {
    return NAME.matcher(name).matches()
        ? read.computeIfAbsent(name, PageFiles::load)
        : Optional.empty();
  }

  private static Optional<PageFile> load(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
      String tag = '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
      return Optional.of(new PageFile(bytes, type, tag));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
