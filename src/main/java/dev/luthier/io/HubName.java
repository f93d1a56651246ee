package dev.luthier.io;

import dev.luthier.error.UserError;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on a hub: {@code ORG/NAME} or {@code ORG/NAME@REV}, where REV is a branch, a tag or a
 * commit.
 *
 * @param id {@code ORG/NAME}, under the rules of huggingface_hub's validate_repo_id
 * @param revision {@code main} where none is named
 */
public record HubName(String id, String revision) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_][\\w.-]*/[A-Za-z0-9_][\\w.-]*?)(?:@(.+))?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final String MAIN = "main";
  private static final int LONGEST = 96;

  public HubName {
    if (!FORM.matcher(id).matches()
        || id.contains("--")
        || id.contains("..")
        || id.endsWith(".git")
        || id.matches(".*[.-](/.*)?")
        || id.length() > LONGEST) {
      throw new UserError(id + " is no ORG/NAME of a hub");
    }
    // as git has it; what is left cannot lead out of the folder of references
    if (revision.isEmpty()
        || revision.matches(".*(\\.\\.|//|[\\s\\p{Cntrl}~^:?*\\[\\\\]).*|[/.].*|.*/\\..*|.*[/.]")) {
      throw new UserError(
          "%s: %s is no branch, tag or commit; write ORG/NAME@REV".formatted(id, revision));
    }
  }

  /**
   * @throws UserError if the text is no {@code ORG/NAME[@REV]}
   */
  public static HubName of(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new UserError(
          "%s: a model on the hub is named ORG/NAME or ORG/NAME@REV".formatted(text));
    }
    return new HubName(m.group(1), m.group(2) == null ? MAIN : m.group(2));
  }

  /** The name that a text has the form of, if it has it. */
  public static Optional<HubName> in(String text) {
    try {
      return Optional.of(of(text));
    } catch (UserError notOne) {
      return Optional.empty();
    }
  }

  /** Whether the revision is a whole commit, whose content can never change. */
  boolean isCommit() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** The repository's folder in the cache: {@code models--ORG--NAME}. */
  String folder() {
    return "models--" + id.replace("/", "--");
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? id : id + "@" + revision;
  }
}
