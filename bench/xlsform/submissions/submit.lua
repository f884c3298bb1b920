-- A phone sends what was filled in: always another instance, always the same answers.
local path = os.getenv("ADDRESS"):match("^https?://[^/]+(.*)$")
local size = tonumber(os.getenv("PHOTO"))
local answers = {}
for at = 1, 50 do
  local value = ({ "Invented words of some length", tostring(at), "yes", "2026-11-28", "food water" })[(at - 1) % 5 + 1]
  answers[at] = "<q" .. at .. ">" .. value .. "</q" .. at .. ">"
end
answers = table.concat(answers)
local photo = size > 0 and string.rep("\137PNG\r\n\26\n", math.floor(size / 8)) or nil
math.randomseed(os.time())

function request()
  local id = string.format("uuid:%08x-%04x-4%03x-8%03x-%012x", math.random(0, 2 ^ 31 - 1), math.random(0, 65535),
    math.random(0, 4095), math.random(0, 4095), math.random(0, 2 ^ 31 - 1))
  local named = photo and "<photo>photo.png</photo>" or "<photo/>"
  local parts = {
    "--x\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"data.xml\"\r\n",
    "Content-Type: text/xml\r\n\r\n<?xml version=\"1.0\"?><data xmlns:orx=\"http://openrosa.org/xforms\" ",
    "id=\"bench_visit\" version=\"1\">", answers, named, "<meta><instanceID>", id, "</instanceID></meta></data>\r\n",
  }
  if photo then
    parts[#parts + 1] = "--x\r\nContent-Disposition: form-data; name=\"photo.png\"; filename=\"photo.png\"\r\n" ..
      "Content-Type: image/png\r\n\r\n"
    parts[#parts + 1] = photo
    parts[#parts + 1] = "\r\n"
  end
  parts[#parts + 1] = "--x--\r\n"
  return wrk.format("POST", path, {
    ["content-type"] = "multipart/form-data; boundary=x",
    ["x-openrosa-version"] = "1.0",
    ["date"] = os.date("!%a, %d %b %Y %H:%M:%S GMT"),
  }, table.concat(parts))
end
