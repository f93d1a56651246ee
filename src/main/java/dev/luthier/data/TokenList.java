package dev.luthier.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The tokens of a tokenizer.json, which is changed along with this list. */
final class TokenList {
  private final ObjectNode tokenizer;
  private final Map<String, Integer> ids;
  private final Set<String> added;
  private int size;

  TokenList(ObjectNode tokenizer) {
    Vocabulary vocabulary = Vocabulary.of(tokenizer);
    this.tokenizer = tokenizer;
    this.ids = new HashMap<>(vocabulary.ids());
    this.added = new HashSet<>(vocabulary.added().keySet());
    this.size = vocabulary.size();
  }

  boolean knows(String text) {
    return ids.containsKey(text);
  }

  boolean hasAdded(String text) {
    return added.contains(text);
  }

  /** The id that a token has or would get: a text of the vocabulary keeps its own. */
  int idFor(String text) {
    return ids.getOrDefault(text, size);
  }

  /** Adds a token to tokenizer.json; one that is an added token already stays as it is. */
  int add(AddedToken token) {
    int id = idFor(token.content());
    if (added.add(token.content())) {
      ids.put(token.content(), id);
      size = Math.max(size, id + 1);
      tokenizer.withArray("added_tokens").add(token.json(id));
    }
    return id;
  }
}
