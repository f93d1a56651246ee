package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What somebody meant who wrote a name that does not exist. */
public final class Nearest {
  private static final String ANY = "NAME"; // a name of the user's own

  private Nearest() {}

  /** A name that could be meant: where it leads, and how it may have been spelled. */
  private record Candidate(String path, String spelling) {}

  /** The known word nearest to {@code word}, if one is near. */
  public static Optional<String> word(String word, Collection<String> known) {
    return best(word, "", known.stream().map(k -> new Candidate(k, k)).toList());
  }

  /**
   * The known key nearest to an unknown one, by its name here and elsewhere in the field, first in
   * the same place, then anywhere in the recipe.
   *
   * @param parent the path that the unknown key stands in, empty at the top
   * @param root the record of the whole recipe
   */
  static Optional<String> key(String key, String parent, Class<?> root) {
    List<Candidate> all = new ArrayList<>();
    collect(root, "", all, new HashSet<>());
    return best(key, parent, all);
  }

  private static Optional<String> best(String word, String parent, List<Candidate> all) {
    String norm = Schema.norm(word);
    record Ranked(String path, int cost) {}
    return all.stream()
        .filter(c -> near(norm, Schema.norm(c.spelling()), parent(c.path()).equals(parent)))
        .map(
            c ->
                new Ranked(
                    c.path(),
                    2 * distance(norm, Schema.norm(c.spelling()))
                        + (parent(c.path()).equals(parent) ? 0 : 3)))
        .min(
            Comparator.comparingInt(Ranked::cost)
                .thenComparing(r -> together(r.path(), parent), Comparator.reverseOrder()))
        .map(Ranked::path);
  }

  private static boolean near(String a, String b, boolean samePlace) {
    int longer = Math.max(a.length(), b.length());
    int shared = longer - distance(a, b);
    return shared > 0 && longer - shared <= (samePlace ? Math.max(1, longer / 3) : longer / 6);
  }

  /** How many names two paths begin with together; NAME is any. */
  private static int together(String path, String other) {
    String[] a = path.split("\\.");
    String[] b = other.split("\\.");
    int n = 0;
    while (n < Math.min(a.length, b.length) && (a[n].equals(b[n]) || a[n].equals(ANY))) {
      n++;
    }
    return n;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
  }

  /**
   * @param open the choices that the path is within: a variant may hold the choice itself
   */
  private static void collect(Type type, String path, List<Candidate> out, Set<Class<?>> open) {
    Class<?> raw = Schema.raw(type);
    if (raw == Optional.class || raw == List.class) {
      collect(Schema.argument(type), path, out, open);
    } else if (raw == Map.class) {
      collect(Schema.argument(type), join(path, ANY), out, open);
    } else if (Binder.isChoice(raw)) {
      if (open.add(raw)) {
        Schema.variants(raw).forEach((name, record) -> variant(name, path, record, out, open));
        open.remove(raw);
      }
    } else if (raw.isRecord() && !Written.class.isAssignableFrom(raw)) {
      keys(Schema.keys(raw), path, out, open);
    }
  }

  private static void keys(
      List<Schema.Key> keys, String path, List<Candidate> out, Set<Class<?>> open) {
    for (Schema.Key key : keys) {
      out.add(new Candidate(join(path, key.name()), key.name()));
      collect(key.type(), join(path, key.name()), out, open);
      key.elsewhere().forEach(spelling -> out.add(new Candidate(join(path, key.name()), spelling)));
    }
  }

  private static void variant(
      String name, String path, Schema.Variant variant, List<Candidate> out, Set<Class<?>> open) {
    out.add(new Candidate(join(path, name), name));
    keys(variant.keys(), join(path, name), out, open);
    Doc doc = variant.told().getAnnotation(Doc.class);
    List<String> elsewhere = doc == null ? List.of() : List.of(doc.elsewhere());
    elsewhere.forEach(spelling -> out.add(new Candidate(join(path, name), spelling)));
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Edits (insert, delete, replace, swap of neighbours) from one word to the other. */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
