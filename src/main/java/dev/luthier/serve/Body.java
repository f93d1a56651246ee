package dev.luthier.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * Reads the bodies of requests: no more than a number of bytes, in no more than a time.
 *
 * @param bytes the largest
 * @param seconds in which all of it has to be there
 */
record Body(long bytes, double seconds) {
  private static final int PIECE = 8192;

  /**
   * The JSON object that a client sent.
   *
   * @throws ApiError 400, 408, 413 or 415
   */
  ObjectNode json(Context ctx) {
    String type = ctx.contentType();
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new ApiError(
          415, "unsupported_media_type", "send the body as Content-Type: application/json");
    }
    return Json.object(read(ctx));
  }

  private byte[] read(Context ctx) {
    if (ctx.req().getContentLengthLong() > bytes) {
      throw tooLarge();
    }
    long end = System.nanoTime() + (long) (seconds * 1e9);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[PIECE];
    try (InputStream in = ctx.bodyInputStream()) {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        out.write(piece, 0, n);
        if (out.size() > bytes) {
          throw tooLarge();
        }
        if (System.nanoTime() > end) {
          throw slow();
        }
      }
      return out.toByteArray();
    } catch (IOException e) { // the connection was idle for too long, or is gone
      throw slow();
    }
  }

  private ApiError tooLarge() {
    return new ApiError(
        413, "body_too_large", "the body may have %,d bytes at most".formatted(bytes));
  }

  private ApiError slow() {
    return new ApiError(
        408, "body_timeout", "the body was not there within %s seconds".formatted(seconds));
  }
}
