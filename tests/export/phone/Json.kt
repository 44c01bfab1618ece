// Stands in for what docs/mobile.md uses of Android; finds numbers by their keys, wherever they are.
package org.json

class JSONArray(private val values: List<Int>) {
    fun getInt(index: Int) = values[index]
}

class JSONObject(private val text: String) {
    private fun find(name: String, value: String) = Regex("\"$name\": $value").find(text)?.groupValues?.get(1)

    fun getJSONObject(@Suppress("UNUSED_PARAMETER") name: String) = this

    fun getInt(name: String) = find(name, "(\\d+)")!!.toInt()

    fun optInt(name: String, fallback: Int) = find(name, "(\\d+)")?.toInt() ?: fallback

    fun getJSONArray(name: String) = JSONArray(find(name, "\\[(.*?)]")!!.split(", ").map { it.toInt() })
}
