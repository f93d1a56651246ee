package dev.luthier.metric;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What stands for an entity in a row of tags {@code B-TYPE}, {@code I-TYPE}, {@code O}, and how
 * well predicted entities agree with the true ones: an entity is right if type, beginning and end
 * are. Definitions: seqeval.
 */
public enum Tagging {
  /** IOB2 to the letter: an entity begins with B; an I without its B is none (strict mode). */
  STRICT {
    @Override
    boolean begins(boolean b) {
      return b;
    }
  },
  /** As the CoNLL script counts: an I that continues nothing begins an entity (default mode). */
  CONLL {
    @Override
    boolean begins(boolean b) {
      return true;
    }
  };

  /**
   * An entity.
   *
   * @param row which row of tags it is in
   * @param start its first word
   * @param end behind its last word
   */
  public record Entity(String type, int row, int start, int end) {}

  /**
   * @param all the scores of all entities counted together (micro)
   * @param byType the scores of each type that the truth or the predictions have
   */
  public record Result(Scores all, Map<String, Scores> byType) {}

  /** Whether a B, or an I that continues nothing, begins an entity. */
  abstract boolean begins(boolean b);

  /**
   * @param truth one list of tags for each row
   * @param predicted as many tags for each row
   * @throws UserError if a tag is none of B-TYPE, I-TYPE and O
   */
  public Result score(List<List<String>> truth, List<List<String>> predicted) {
    Set<Entity> there = entities(truth);
    Set<Entity> found = entities(predicted);
    Map<String, Scores> byType = new TreeMap<>();
    for (Set<Entity> side : List.of(there, found)) {
      for (Entity e : side) {
        byType.computeIfAbsent(e.type, type -> scores(of(type, there), of(type, found)));
      }
    }
    return new Result(scores(there, found), byType);
  }

  private static Scores scores(Set<Entity> there, Set<Entity> found) {
    return Scores.of(found.stream().filter(there::contains).count(), found.size(), there.size());
  }

  private static Set<Entity> of(String type, Set<Entity> entities) {
    Set<Entity> out = new HashSet<>(entities);
    out.removeIf(e -> !e.type.equals(type));
    return out;
  }

  private Set<Entity> entities(List<List<String>> rows) {
    Set<Entity> out = new HashSet<>();
    for (int row = 0; row < rows.size(); row++) {
      out.addAll(entities(rows.get(row), row));
    }
    return out;
  }

  /** The entities of one row, in order. */
  List<Entity> entities(List<String> tags, int row) {
    List<Entity> out = new ArrayList<>();
    String open = "";
    int start = -1;
    for (int i = 0; i <= tags.size(); i++) {
      String tag = i < tags.size() ? tags.get(i) : "O";
      if (!tag.equals("O") && !tag.matches("[BI](-.*)?")) {
        throw new UserError("tag \"%s\" is none of B-TYPE, I-TYPE and O".formatted(tag));
      }
      boolean outside = tag.equals("O");
      String type = tag.length() > 2 ? tag.substring(2) : "_";
      boolean continues = !outside && start >= 0 && tag.startsWith("I") && type.equals(open);
      if (start >= 0 && !continues) {
        out.add(new Entity(open, row, start, i));
        start = -1;
      }
      if (!outside && start < 0 && begins(tag.startsWith("B"))) {
        open = type;
        start = i;
      }
    }
    return out;
  }
}
