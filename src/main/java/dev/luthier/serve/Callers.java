package dev.luthier.serve;

import dev.luthier.feedback.FeedbackStore;
import io.javalin.http.Context;

/** Who asks: a pseudonym that clients send, which is kept as a salted hash alone. */
record Callers(FeedbackStore store) {
  static final String HEADER = "Luthier-Rater";
  private static final int LONGEST = 200;

  /**
   * Who it is, as the store keeps it.
   *
   * @param user as the body names it, where the header does not
   * @return the pseudonym as the store keeps it; empty where nobody is named
   */
  String pseudonym(Context ctx, String user) {
    String said = ctx.header(HEADER);
    String rater = said == null || said.isBlank() ? user : said.strip();
    if (rater.length() > LONGEST) {
      throw ApiError.wrong(HEADER, HEADER + " may have %d characters at most".formatted(LONGEST));
    }
    return rater.isEmpty() ? "" : store.pseudonym(rater);
  }
}
