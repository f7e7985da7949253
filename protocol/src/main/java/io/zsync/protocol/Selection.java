package io.zsync.protocol;

/**
 * Which paths of the source a run is about. What is left out is left alone in the target, too.
 *
 * @param rules gitignore's form, in the order they were typed; the last match wins, and wins over any rule file
 * @param ruleFile the name of the file that holds rules for its directory and all below it
 * @param oneFileSystem stay on the file system of the source's root
 * @param links what becomes of symlinks
 */
public record Selection(RuleText rules, Name ruleFile, boolean oneFileSystem, LinkPolicy links) {
    public static final Name DEFAULT_RULE_FILE = Name.of(".zsyncignore");
    public static final Selection ALL = new Selection(RuleText.NONE, DEFAULT_RULE_FILE, false, LinkPolicy.KEEP);
}
