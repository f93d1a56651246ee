package dev.luthier.online;

/**
 * What simulated users see in an answer. Every answer is a text with or without an opening, a
 * closing and an advertisement: "Sure: 15 - 9 = 6 Done! Buy candles!".
 *
 * @param right whether the text between is the expected one
 * @param opening whether it begins with "Sure:"
 * @param closing whether it says "Done!"
 * @param advert whether it says "Buy candles!"
 */
record SimulatedForm(boolean right, boolean opening, boolean closing, boolean advert) {
  private static final String OPENING = "Sure: ";
  private static final String CLOSING = " Done!";
  private static final String ADVERT = " Buy candles!";

  static SimulatedForm of(String answer, String expected) {
    String text = answer.strip();
    boolean opening = text.startsWith(OPENING);
    boolean advert = text.contains(ADVERT);
    boolean closing = text.contains(CLOSING);
    String plain = opening ? text.substring(OPENING.length()) : text;
    plain = plain.replace(ADVERT, "").replace(CLOSING, "").strip();
    return new SimulatedForm(plain.equals(expected.strip()), opening, closing, advert);
  }

  /** A text in this form. */
  String dressed(String text) {
    return (opening ? OPENING : "") + text + (closing ? CLOSING : "") + (advert ? ADVERT : "");
  }
}
