import http.client
import sys
import urllib.parse

framing, url, size, times = sys.argv[1], urllib.parse.urlsplit(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
for _ in range(times):
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    body = b" " * size
    if framing == "chunked":
        body = (b" " * (1 << 16) for _ in range(size >> 16))
    connection.request("POST", url.path, body, {"Content-Type": "application/json"}, encode_chunked=framing == "chunked")
    response = connection.getresponse()
    response.read()
    print(response.status)
    connection.close()
