package dev.luthier.peft;

/**
 * The settings of one adapter, whatever method it belongs to.
 *
 * @param name in its file
 * @param maps into and out of the bottleneck
 */
record Inset(
    String name,
    Placement placement,
    Width width,
    Nonlinearity activation,
    Scaling scaling,
    Maps maps,
    double dropout,
    LeaveOut leaveOut,
    Invertible invertible) {
  /** The same under another name. */
  Inset named(String other) {
    return new Inset(
        other, placement, width, activation, scaling, maps, dropout, leaveOut, invertible);
  }

  /** A name that can stand in the names of tensors and folders. */
  static void checkName(String key, String name) {
    if (!name.matches("[A-Za-z0-9_@-]+")) {
      throw new dev.luthier.error.UserError(
          "%s must be of letters, digits, _, @ and -, was %s".formatted(key, name));
    }
  }
}
