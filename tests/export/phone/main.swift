// Answers the questions of test_portable_seeds_phone.py, one a line.
import Foundation

func answer(_ question: [String]) throws -> String {
    switch question[0] {
    case "words":
        let words = question.dropFirst().map { UInt32($0, radix: 16)! }
        let (a, b) = PortableSeeds.threefry2x32(key: (words[0], words[1]), counter: (words[2], words[3]))
        return String(format: "%08x %08x", a, b)
    case "latents":
        let latents = PortableSeeds.latents(
            seed: Int64(question[1])!, length: Int(question[2])!, truncation: Float(question[3])!)
        return latents.map { "\($0)" }.joined(separator: " ")
    case "class":
        return "\(PortableSeeds.classOf(seed: Int64(question[1])!, classes: Int(question[2])!))"
    default:
        let folder = URL(fileURLWithPath: question[1])
        let generator = try Generator(
            model: folder.appendingPathComponent("generator.tflite"),
            manifest: folder.appendingPathComponent("manifest.json"))
        let image = try generator.draw(seed: Int64(question[2])!, label: Int(question[3]))!
        return "\(image.colors) \(image.width) \(image.height)"
    }
}

while let line = readLine() {
    print(try answer(line.components(separatedBy: " ")))
}
